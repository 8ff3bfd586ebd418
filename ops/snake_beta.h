#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct SnakeBeta : Activation {
  static constexpr Card card{
      .name = "snake_beta",
      .module = "SnakeBeta",
      .title = "Snake of learned frequency and magnitude",
      .family = Family::periodic,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(x + \frac{1}{\beta} \sin^2(\alpha x))",
      .derivative =
          R"(1 + \frac{\alpha}{\beta} \sin(2 \alpha x); \frac{x}{\beta} \sin(2 \alpha x); -\frac{1}{\beta^2} \sin^2(\alpha x))",
      .notes = "Without the small number that BigVGAN adds to beta, which must not be 0.",
      .source = "Lee, Ping, Ginsburg, Catanzaro & Yoon 2022, BigVGAN, arXiv:2206.04658",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 1}, Input{"beta", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr bool has_logscale = true;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N alpha, N beta) {
    const N s = fine_sin(alpha * finite_factor(x));
    return x + s * s / beta;
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N alpha, N beta) {
    const N angle = alpha * x, s = sin(angle), inverse = N(1.0) / beta, ratio = inverse * s;
    const N twice = N(2.0) * ratio * cos(angle);
    return {fma(alpha, twice, N(1.0)), x * twice, -(ratio * ratio)};
  }
};

}  // namespace torchactiv
