#pragma once

#include "ops/card.h"
#include "ops/inverse_exponential.h"
#include "ops/number.h"

namespace torchactiv {

struct Softsign : Activation {
  static constexpr Card card{
      .name = "softsign",
      .module = "Softsign",
      .title = "Softsign",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .both_signs = true},
      .formula = R"(\frac{x}{1 + |x|})",
      .derivative = R"(\frac{1}{(1 + |x|)^2})",
      .notes = "f(inf) = 1 and f(-inf) = -1, the limits.",
      .source = "Turian, Bergstra & Bengio 2009, Quadratic Features and Deep Architectures for Chunking, NAACL",
  };
  static constexpr Precision partials_precision = Precision::doubles;
  static constexpr bool inplace_argument = false;  // PyTorch's has none

  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -0x1p60, 0x1p60);
    return product(inside, Wide<N>(reciprocal(offset(widen(abs(inside)), 1.0))));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inverse = N(1.0) / (N(1.0) + abs(x));
    return {inverse * inverse};
  }

  template <Number N>
  static N inverse(N y) {
    return y / at_least(N(1.0) - abs(y), N(step_below_one<N>));
  }
};

}  // namespace torchactiv
