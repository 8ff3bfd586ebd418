#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Swish : Activation {
  static constexpr Card card{
      .name = "swish",
      .module = "Swish",
      .title = "Swish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \, \sigma(\beta x))",
      .derivative = R"(\sigma(\beta x) (1 + \beta x (1 - \sigma(\beta x))); x^2 \sigma(\beta x) (1 - \sigma(\beta x)))",
      .notes = "With beta = 1 it is silu; f(-inf) = -0, the limit, for a positive beta.",
      .source = "Ramachandran, Zoph & Le 2017, Searching for Activation Functions, arXiv:1710.05941",
  };
  static constexpr std::array inputs{Input{}, Input{"beta", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N beta) {
    return scaled(x, Logistic<N>(scaled(x, beta)).value);
  }

  template <Number N>
  static Partials<N, 2> partials(N x, N beta) {
    const N z = limited(scaled(x, beta), -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(z);
    const N slope = s.value * s.complement, inside = tame(x, slope);
    return {s.value * fma(z, s.complement, N(1.0)), inside * (inside * slope)};
  }
};

}  // namespace torchactiv
