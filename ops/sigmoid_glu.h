#pragma once

#include "ops/card.h"
#include "ops/logistic_tails.h"
#include "ops/number.h"
#include "ops/split_sigmoid.h"

namespace torchactiv {

struct SigmoidGlu : Activation {
  static constexpr Card card{
      .name = "sigmoid_glu",
      .module = "SigmoidGLUGate",
      .title = "Gated linear unit",
      .family = Family::gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\sigma(\text{gate}) \cdot \text{up})",
      .derivative = R"(\sigma(g) (1 - \sigma(g)) \cdot \text{up}; \sigma(g))",
      .notes =
          "glu is this of the two halves of one tensor, the second of which is the gate. Both halves of the derivative "
          "are computed in one pass.",
      .source =
          "Dauphin, Fan, Auli & Grangier 2016, Language Modeling with Gated Convolutional Networks, arXiv:1612.08083, "
          "equation 1",
  };
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}};
  static constexpr bool in_place = false;

  // A small `up` is scaled, so that its product with the sigmoid is no denormal before its time.
  template <Number N>
  static N forward(N gate, N up) {
    const auto e = rising_exponential(-limited(gate, -product_limit<N>, sigmoid_limit));
    const Wide<N> sigmoid = reciprocal(e.plus(1.0));
    const Mask<N> small = abs(up) < N(0x1p32);
    const N result = e.restore_product(product(select(small, N(0x1p64) * up, up), sigmoid));
    return result * select(small, N(0x1p-64), N(1.0));
  }

  template <Number N>
  static Partials<N, 2> partials(N gate, N up) {
    if constexpr (requires { logistic_slopes(gate); }) {
      const auto s = logistic_slopes(gate);
      return {s.restore_slope(s.slope_times(up)), s.value()};
    }
    const LogisticTails<N> tails(falling(gate));
    const Wide<N> smaller = tails.smaller();
    const N sigmoid = tails.e.restore_product(narrow(smaller));
    return {tails.e.restore_product(product(up, smaller * tails.larger)),
            select(gate < N(0.0), sigmoid, N(1.0) - sigmoid)};
  }

 private:
  template <Number N>
  static N falling(const N& gate) {
    return at_least(-abs(gate), N(-product_limit<N>));
  }
};

}  // namespace torchactiv
