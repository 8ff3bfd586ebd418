#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Sqnl : Activation {
  static constexpr Card card{
      .name = "sqnl",
      .module = "SQNL",
      .title = "Square nonlinearity",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .both_signs = true},
      .formula = R"(x (1 - |x| / 4) \text{ if } |x| \le 2 \text{ else } \operatorname{sign}(x))",
      .derivative = R"(\max(0, 1 - |x| / 2))",
      .notes = "Saturates at 1 from x = 2 on.",
      .source = "Wuraola & Patel 2018, SQNL: A New Computationally Efficient Activation Function, IJCNN",
  };

  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -2.0, 2.0);
    return product(inside, offset(widen(N(-0.25) * abs(inside)), 1.0));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {N(1.0) - N(0.5) * abs(limited(x, -2.0, 2.0))};
  }
};

}  // namespace torchactiv
