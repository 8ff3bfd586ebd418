#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct ReluSquared : Activation {
  static constexpr Card card{
      .name = "relu_squared",
      .module = "ReLUSquared",
      .title = "Squared rectified linear unit",
      .aliases = "relu2 squared_relu relu_square",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula = R"(\max(0, x)^2)",
      .derivative = R"(2 \max(0, x))",
      .notes = "The slope at 0 is 0.",
      .source = "So et al. 2021, Primer: Searching for Efficient Transformers for Language Modeling, arXiv:2109.08668",
  };
  static constexpr bool masks_gradient = true;

  // Rounds once. NaN stays.
  template <Number N>
  static N forward(N x) {
    return select(x < N(0.0), N(0.0), x * x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {select(x < N(0.0), N(0.0), x + x)};
  }
};

}  // namespace torchactiv
