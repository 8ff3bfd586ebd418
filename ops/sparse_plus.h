#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct SparsePlus : Activation {
  static constexpr Card card{
      .name = "sparse_plus",
      .module = "SparsePlus",
      .title = "Sparse plus",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula = R"(0 \text{ if } x \le -1, \; (x + 1)^2 / 4 \text{ if } x < 1, \text{ else } x)",
      .derivative = R"(\min(\max(0, (x + 1) / 2), 1))",
      .notes = "The smooth rectifier whose slope is sparse_sigmoid.",
      .source = "jax.nn.sparse_plus",
  };

  template <Number N>
  static N forward(N x) {
    const Wide<N> sum = offset(widen(limited(x, -1.0, 1.0)), 1.0);
    return select(x > N(1.0), x, N(0.25) * product(sum, sum));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {N(0.5) * (limited(x, -1.0, 1.0) + N(1.0))};
  }
};

}  // namespace torchactiv
