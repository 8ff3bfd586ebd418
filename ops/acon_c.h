#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct AconC : Activation {
  static constexpr Card card{
      .name = "acon_c",
      .module = "AconC",
      .title = "Activate or not, variant C",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"((p_1 - p_2) x \, \sigma(\beta (p_1 - p_2) x) + p_2 x)",
      .derivative =
          R"(p_1 s + p_2 (1 - s) + (p_1 - p_2) z s (1 - s), \; z = \beta (p_1 - p_2) x, \; s = \sigma(z); x s (1 + z (1 - s)); x (1 - s) (1 - z s); (p_1 - p_2)^2 x^2 s (1 - s))",
      .notes = "A smooth maximum of p1 x and p2 x: silu with the initial parameters, their mean for beta = 0.",
      .source = "Ma, Zhang, Liu & Sun 2021, Activate or Not: Learning Customized Activation, arXiv:2009.04759",
  };
  static constexpr std::array inputs{Input{}, Input{"p1", Role::parameter, 1}, Input{"p2", Role::parameter, 0},
                                     Input{"beta", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  // Where the two terms cancel, an error of the sigmoid would count.
  template <Number N>
  static N forward(N x, N p1, N p2, N beta) {
    const N z = scaled(x, beta * (p1 - p2));
    const Logistic<N> s(z, fine_exp(at_least(-abs(z), N(-exponent_limit<N>))));
    return scaled(x, fma(p1, s.value, p2 * s.complement));
  }

  template <Number N>
  static Partials<N, 4> partials(N x, N p1, N p2, N beta) {
    const N difference = p1 - p2, z = limited(scaled(x, beta * difference), -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(z, exp(-abs(z)));
    const N slope = s.value * s.complement, distance = tame(x, difference * slope) * difference;
    const N by_p1 = s.value * fma(z, s.complement, N(1.0)), by_p2 = s.complement * fma(-z, s.value, N(1.0));
    return {fma(p1, by_p1, p2 * by_p2), scaled(x, by_p1), scaled(x, by_p2), distance * (distance * slope)};
  }
};

}  // namespace torchactiv
