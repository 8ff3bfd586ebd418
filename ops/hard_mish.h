#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct HardMish : Activation {
  static constexpr Card card{
      .name = "hard_mish",
      .module = "HardMish",
      .title = "Piecewise quadratic mish",
      .family = Family::self_gated,
      .properties = {.both_signs = true},
      .formula = R"(\frac{x}{2} \min(\max(0, x + 2), 2))",
      .derivative = R"(0 \text{ if } x < -2, \; x + 1 \text{ if } x \le 0, \text{ else } 1)",
      .notes = "f(-inf) = -0, the limit. The slope is -1 at -2.",
      .source = "Wightman, PyTorch Image Models (timm), HardMish",
  };

  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -2.0, 0.0);
    const N left = N(0.5) * product(inside, offset(widen(inside), 2.0));
    return select(x > N(0.0), x, left);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {select(x < N(-2.0), N(0.0), select(x > N(0.0), N(1.0), x + N(1.0)))};
  }
};

}  // namespace torchactiv
