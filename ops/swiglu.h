#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct SwiGlu : Activation {
  static constexpr Card card{
      .name = "swiglu",
      .module = "SwiGLUGate",
      .title = "Swish-gated linear unit",
      .formula = R"(\text{gate} \, \sigma(\text{gate}) \cdot \text{up})",
      .derivative = R"(\sigma(g) (1 + g (1 - \sigma(g))) \cdot \text{up}; g \, \sigma(g))",
      .notes = "gate at -inf gives 0, the limit. Both halves of the derivative are computed in one pass.",
      .source = "Shazeer 2020, GLU Variants Improve Transformer, arXiv:2002.05202, equation 6",
  };
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}};
  static constexpr bool in_place = false;

  // With t = e^-|g|: silu(g) = g / (1 + t) for g >= 0 and g t / (1 + t) for g < 0.
  template <Number N>
  static N forward(N gate, N up) {
    const auto t = exponential(-abs(gate));
    const auto negative = gate < N(0.0);
    return t.restore(silu(t, negative, gate) * widen(up), negative);
  }

  // silu' = (1 + t + g t) / (1 + t)^2 for g >= 0 and t (1 + t + g) / (1 + t)^2 for g < 0.
  template <Number N>
  static Partials<N, 2> partials(N gate, N up) {
    const auto t = exponential(-abs(gate));
    const auto negative = gate < N(0.0);
    const Wide<N> one(1.0);
    const Wide<N> g = widen(at_most(at_least(gate, N(-lowest)), N(lowest)));
    const Wide<N> d = one + t.value;
    const Wide<N> slope = select(negative, t.mantissa, one) * (d + g * select(negative, one, t.value)) / (d * d);
    return {t.restore(slope * widen(up), negative), t.restore(silu(t, negative, gate), negative)};
  }

 private:
  // Beyond this the exponential is zero in every dtype; it keeps 0 * infinity out.
  static constexpr double lowest = 1024;

  template <class N, class E, class M>
  static Wide<N> silu(const E& t, M negative, N gate) {
    return widen(at_least(gate, N(-lowest))) * select(negative, t.mantissa, Wide<N>(1.0)) / (Wide<N>(1.0) + t.value);
  }
};

}  // namespace torchactiv
