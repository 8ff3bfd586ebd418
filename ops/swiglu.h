#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/split_sigmoid.h"

namespace torchactiv {

struct SwiGlu : Activation {
  static constexpr Card card{
      .name = "swiglu",
      .module = "SwiGLUGate",
      .title = "Swish-gated linear unit",
      .family = Family::gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\text{gate} \, \sigma(\text{gate}) \cdot \text{up})",
      .derivative = R"(\sigma(g) (1 + g (1 - \sigma(g))) \cdot \text{up}; g \, \sigma(g))",
      .notes = "gate at -inf gives 0, the limit. Both halves of the derivative are computed in one pass.",
      .source = "Shazeer 2020, GLU Variants Improve Transformer, arXiv:2002.05202, equation 6",
  };
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}};
  static constexpr bool in_place = false;

  // A power of two in silu, and its inverse in `up` or in the result, keep all factors clear of the denormals, where
  // they would lose digits.
  template <Number N>
  static N forward(N gate, N up) {
    if constexpr (requires { logistic_gate_product(gate, up); }) return logistic_gate_product(gate, up);
    const N limited = limit(gate), power(0x1p64), inverse(0x1p-64);
    const auto e = rising_exponential(-limited);
    const Wide<N> silu = (power * limited) * Wide<N>(reciprocal(e.plus(1.0)));
    const Mask<N> small = abs(up) < N(0x1p32);
    const N result = e.restore_product(product(select(small, up, inverse * up), silu));
    const N both = gate * up;
    return select(gate > N(sigmoid_limit), both, copysign(result * select(small, inverse, N(1.0)), both));
  }

  // silu' = s (1 + g (1 - s)) with s = 1 / (1 + e^-g).
  template <Number N>
  static Partials<N, 2> partials(N gate, N up) {
    if constexpr (requires { logistic_gate_product_slopes(gate, up); }) {
      const auto [of_gate, of_up] = logistic_gate_product_slopes(gate, up);
      return {of_gate, of_up};
    }
    const N limited = limit(gate);
    const auto split = split_sigmoid_of_product(limited);
    const Wide<N> s = split.value(), slope = s * offset(limited * offset(-s, 1.0), 1.0);
    // Of a pair, the parts times an infinity would cancel each other.
    const N of_gate = select(abs(up) <= N(3e38), product(up, slope), up * narrow(slope));
    return {split.restore(of_gate), select(gate > N(sigmoid_limit), gate, split.restore(product(limited, s)))};
  }

 private:
  template <Number N>
  static N limit(N gate) {
    return at_most(at_least(gate, N(-product_limit<N>)), N(sigmoid_limit));
  }
};

}  // namespace torchactiv
