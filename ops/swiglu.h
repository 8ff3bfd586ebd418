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

  // silu(g) = g w / (1 + w) with w = e^g, which cancels nowhere.
  template <Number N>
  static N forward(N gate, N up) {
    const auto w = exponential(at_most(gate, N(highest)));
    return w.restore(silu(w, gate) * widen(up));
  }

  // silu' = w (1 + w + g) / (1 + w)^2.
  template <Number N>
  static Partials<N, 2> partials(N gate, N up) {
    const N limited = at_most(at_least(gate, N(lowest)), N(highest));
    const auto w = exponential(limited);
    const Wide<N> d = Wide<N>(1.0) + w.value, ratio = w.mantissa / d;
    const Wide<N> slope = ratio * (d + widen(limited)) / d;
    return {w.restore(slope * widen(up)), w.restore(widen(at_least(gate, N(lowest))) * ratio)};
  }

 private:
  // Beyond these silu(g) = g and silu' = 1 to the last digit of a double, and e^g is zero in every dtype.
  static constexpr double highest = 43, lowest = -1024;

  template <class N, class E>
  static Wide<N> silu(const E& w, const N& gate) {
    return widen(at_least(gate, N(lowest))) * w.mantissa / (Wide<N>(1.0) + w.value);
  }
};

}  // namespace torchactiv
