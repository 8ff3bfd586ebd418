#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct SparseSigmoid : Activation {
  static constexpr Card card{
      .name = "sparse_sigmoid",
      .module = "SparseSigmoid",
      .title = "Sparse sigmoid",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true},
      .formula = R"(\min(\max(0, (x + 1) / 2), 1))",
      .derivative = R"(1/2 \text{ if } |x| < 1 \text{ else } 0)",
      .notes = "The slope at -1 and at 1 is 0.",
      .source =
          "Martins & Astudillo 2016, From Softmax to Sparsemax, arXiv:1602.02068, section 2.3; jax.nn.sparse_sigmoid",
  };
  static constexpr bool masks_gradient = true;

  // Rounds once. NaN stays.
  template <Number N>
  static N forward(N x) {
    return N(0.5) * (limited(x, -1.0, 1.0) + N(1.0));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {select(abs(x) < N(1.0), N(0.5), select(N(1.0) <= abs(x), N(0.0), x))};
  }
};

}  // namespace torchactiv
