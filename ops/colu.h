#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct CoLu : Activation {
  static constexpr Card card{
      .name = "colu",
      .module = "CoLU",
      .title = "Collapsing linear unit",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\frac{x}{1 - x e^{-(x + e^x)}})",
      .derivative = R"(\frac{1 - x^2 (1 + e^x) e^{-(x + e^x)}}{(1 - x e^{-(x + e^x)})^2})",
      .notes = "f(-inf) = -0, the limit.",
      .source = "Vagerwal 2021, Deeper Learning with CoLU Activation, arXiv:2112.12078",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, left_end, right_end), w = exp(inside);
    const N middle = inside / fma(-inside, exp(-(inside + w)), N(1.0));
    return select(x < N(left_end), tail(x), select(x > N(right_end), x, middle));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, left_end, right_end), w = exp(inside), e = exp(-(inside + w));
    const N inverse = N(1.0) / fma(-inside, e, N(1.0)), xe = inside * e;
    const N middle = fma(-(inside * xe), N(1.0) + w, N(1.0)) * inverse * inverse;
    return {select(x < N(left_end), tail(x), middle)};
  }

 private:
  // Beyond these it is -e^x and x to the last digit of a double, since x e^-(x + e^x) is so much more than 1, or less.
  static constexpr double left_end = -50, right_end = 5;

  template <Number N>
  static N tail(N x) {
    return -exp(limited(x, -exponent_limit<N>, left_end));
  }
};

}  // namespace torchactiv
