#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Hardswish : Activation {
  static constexpr Card card{
      .name = "hardswish",
      .module = "Hardswish",
      .title = "Piecewise quadratic swish",
      .aliases = "hard_silu hswish h_swish",
      .family = Family::self_gated,
      .properties = {.both_signs = true},
      .formula = R"(x \min(\max(0, x + 3), 6) / 6)",
      .derivative = R"(0 \text{ if } x \le -3, \; x/3 + 1/2 \text{ if } x < 3, \text{ else } 1)",
      .notes = "f(-inf) = -0, the limit. The slope is 0 at -3 and 1 at 3, as in PyTorch.",
      .source = "Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244, section 5.2",
  };
  static constexpr bool has_fused_normalisation = true, has_cheap_slope = true;
  static constexpr Repr repr = Repr::nothing;   // as PyTorch's
  static constexpr bool masks_gradient = true;  // likewise

  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -3.0, 3.0);
    const Wide<N> sum = offset(widen(inside), 3.0);
    return select(x > N(3.0), x, product(inside, sum * Wide<N>(1.0 / 6)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N slope = (x + N(1.5)) / N(3.0);
    return {select(x <= N(-3.0), N(0.0), select(N(3.0) <= x, N(1.0), slope))};
  }
};

}  // namespace torchactiv
