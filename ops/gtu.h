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
    const HyperbolicTangent<N> t(gate);
    const Logistic<N> s(up);
    return {t.slope * s.value, t.value * (s.value * s.complement)};
  }
};

}  // namespace torchactiv
