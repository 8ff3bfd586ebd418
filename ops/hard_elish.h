#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct HardElish : Activation {
  static constexpr Card card{
      .name = "hard_elish",
      .module = "HardELiSH",
      .title = "Exponential linear squashing with a piecewise linear sigmoid",
      .family = Family::self_gated,
      .properties = {.both_signs = true},
      .formula =
          R"(h x \text{ if } x \ge 0 \text{ else } h (e^x - 1), \; h = \min\left(\max\left(0, \frac{x + 1}{2}\right), 1\right))",
      .derivative = R"(h + x h' \text{ if } x \ge 0 \text{ else } h e^x + (e^x - 1) h')",
      .notes = "The slope at -1 is 0 and at 1 it is 1.",
      .source = "Basirat & Roth 2018, The Quest for the Golden Activation Function, arXiv:1808.00783",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -1.0, 1.0), gate = N(0.5) * (inside + N(1.0));
    return gate * select(x < N(0.0), narrow(expm1(at_most(inside, N(0.0)))), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -1.0, 1.0), m = narrow(expm1(at_most(inside, N(0.0))));
    const N gate = N(0.5) * (inside + N(1.0)), left = fma(gate, m + N(1.0), N(0.5) * m);
    return {select(x <= N(-1.0), N(0.0), select(N(1.0) <= x, N(1.0), select(x < N(0.0), left, inside + N(0.5))))};
  }
};

}  // namespace torchactiv
