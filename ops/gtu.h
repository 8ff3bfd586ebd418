#pragma once

#include "ops/card.h"
#include "ops/hyperbolic_tangent.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct Gtu : Activation {
  static constexpr Card card{
      .name = "gtu",
      .module = "GTUGate",
      .title = "Gated tanh unit",
      .family = Family::gated,
      .properties = {.bounded = true, .smooth = true, .both_signs = true},
      .formula = R"(\tanh(\text{gate}) \cdot \sigma(\text{up}))",
      .derivative = R"((1 - \tanh(g)^2) \, \sigma(\text{up}); \tanh(g) \, \sigma(\text{up}) (1 - \sigma(\text{up})))",
      .notes = "As in WaveNet, which names the halves filter and gate: there the sigmoid is called the gate.",
      .source =
          "van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves & Kavukcuoglu 2016, Conditional Image Generation with "
          "PixelCNN Decoders, arXiv:1606.05328, equation 2",
  };
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N gate, N up) {
    return copysign(HyperbolicTangent<N>(gate).value, gate) * Logistic<N>(up).value;
  }

  template <Number N>
  static Partials<N, 2> partials(N gate, N up) {
    if constexpr (NumberTraits<N>::has_spare_digits) return partials_by_one_division(gate, up);
    const HyperbolicTangent<N> t(gate);
    const Logistic<N> s(up);
    return {t.slope * s.value, t.value * (s.value * s.complement)};
  }

 private:
  // By the product of both denominators, which costs some roundings.
  template <Number N>
  static Partials<N, 2> partials_by_one_division(const N& gate, const N& up) {
    const auto [e, m] = exp_and_expm1(at_least(N(-2.0) * abs(gate), N(-exponent_limit<N>)));
    const N t = exp(at_least(-abs(up), N(-exponent_limit<N>)));
    const N of_gate = m + N(2.0), of_up = t + N(1.0), inverse = N(1.0) / (of_gate * of_up);
    const N secant = N(4.0) * e * select(up < N(0.0), t, N(1.0));
    return {secant * inverse * (of_up * inverse), copysign(m * t * inverse * (of_gate * inverse), gate)};
  }
};

}  // namespace torchactiv
