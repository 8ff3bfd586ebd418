#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tanh.h"

namespace torchactiv {

struct Tanhshrink : Activation {
  static constexpr Card card{
      .name = "tanhshrink",
      .module = "Tanhshrink",
      .title = "Tanh shrinkage",
      .family = Family::shrinkage,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(x - \tanh(x))",
      .derivative = R"(\tanh^2(x))",
      .notes = "Near 0 it is x^3 / 3.",
      .source = "PyTorch, torch.nn.functional.tanhshrink",
  };
  static constexpr Precision forward_precision = Precision::doubles;
  static constexpr bool floats_where_tabled = true;
  static constexpr bool inplace_argument = false;  // PyTorch's has none

  // Near 0 by Lambert's continued fraction of tanh, tanh(x) = x / (1 + x^2 / (3 + x^2 / (5 + ..))), from which x is
  // taken exactly: x - tanh(x) = x^3 / (k + x^2) with k = 3 + x^2 / (5 + x^2 / (7 + ..)), a ratio of polynomials once
  // it is cut off at 17, to a relative error of 2^-53.4 up to 1 (tools/tanhshrink_coefficients.py). A number type may
  // have a function of its own that is faster, by tables (docs/architecture.md).
  template <Number N>
  static N forward(N x) {
    if constexpr (requires { tabled_tanhshrink(x); }) return tabled_tanhshrink(x);
    const N inside = limited(x, -1.0, 1.0), s = inside * inside;
    const N denominator = fma(s, fma(s, fma(s, N(44.0), N(12870.0)), N(810810.0)), N(11486475.0));
    const N numerator = fma(s, fma(s, fma(s, s + N(990.0), N(135135.0)), N(4729725.0)), N(34459425.0));
    const N near = inside * s * denominator / fma(s, denominator, numerator);
    return select(abs(x) > N(1.0), x - Tanh::forward(x), near);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const Wide<N> y = Tanh::wide(x);
    return {product(y, y)};
  }
};

}  // namespace torchactiv
