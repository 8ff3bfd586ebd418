#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Hardsigmoid : Activation {
  static constexpr Card card{
      .name = "hardsigmoid",
      .module = "Hardsigmoid",
      .title = "Piecewise linear sigmoid",
      .aliases = "hsigmoid h_sigmoid",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true},
      .formula = R"(\min(\max(0, x + 3), 6) / 6)",
      .derivative = R"(1/6 \text{ if } |x| < 3 \text{ else } 0)",
      .notes = "The slope at -3 and at 3 is 0, as in PyTorch.",
      .source = "Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244, section 5.2",
  };
  static constexpr bool has_cheap_slope = true;
  static constexpr bool masks_gradient = true;  // as PyTorch's
  static constexpr Repr repr = Repr::nothing;   // as PyTorch's

  template <Number N>
  static N forward(N x) {
    const Wide<N> sum = offset(widen(limited(x, -3.0, 3.0)), 3.0);
    return product(sum, Wide<N>(1.0 / 6));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {select(abs(x) < N(3.0), N(1.0 / 6), select(N(3.0) <= abs(x), N(0.0), x))};
  }
};

}  // namespace torchactiv
