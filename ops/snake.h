#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Snake : Activation {
  static constexpr Card card{
      .name = "snake",
      .module = "Snake",
      .title = "Snake",
      .family = Family::periodic,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(x + \frac{1}{\alpha} \sin^2(\alpha x))",
      .derivative =
          R"(1 + \sin(2 \alpha x); \frac{1}{\alpha} \left(x \sin(2 \alpha x) - \frac{1}{\alpha} \sin^2(\alpha x)\right))",
      .notes = "With alpha = 0 it is the identity, and the derivative by alpha x^2: the limits.",
      .source =
          "Ziyin, Hartwig & Ueda 2020, Neural Networks Fail to Learn Periodic Functions and How to Fix It, "
          "arXiv:2006.08195, equation 3",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr bool has_logscale = true;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N alpha) {
    const Mask<N> flat = abs(alpha) <= N(0.0);
    const N s = sin(alpha * finite_factor(x));  // the two terms never cancel but at 0
    return select(flat, x, x + s * s / select(flat, N(1.0), alpha));
  }

  template <Number N>
  static Partials<N, 2> partials(N x, N alpha) {
    const Mask<N> flat = abs(alpha) <= N(0.0);
    const N angle = select(flat, finite_factor(x), x) * alpha, s = fine_sin(angle),
            twice = N(2.0) * s * fine_cos(angle);
    const N inverse = N(1.0) / select(flat, N(1.0), alpha);
    const N by_alpha = inverse * fma(x, twice, -(inverse * s * s));
    return {N(1.0) + select(flat, N(2.0) * angle, twice), select(flat, x * x * fma(-angle, angle, N(1.0)), by_alpha)};
  }
};

}  // namespace torchactiv
