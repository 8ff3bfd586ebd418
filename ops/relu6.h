#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Relu6 : Activation {
  static constexpr Card card{
      .name = "relu6",
      .module = "ReLU6",
      .title = "Rectified linear unit limited to 6",
      .family = Family::rectifier,
      .properties = {.bounded = true, .monotonic = true},
      .formula = R"(\min(\max(0, x), 6))",
      .derivative = R"(1 \text{ if } 0 < x < 6 \text{ else } 0)",
      .notes = "The slope at 0 and at 6 is 0, as in PyTorch.",
      .source = "Krizhevsky 2010, Convolutional Deep Belief Networks on CIFAR-10",
  };
  static constexpr bool has_fused_normalisation = true, has_cheap_slope = true;
  static constexpr bool partials_of_output = true;
  static constexpr bool masks_gradient = true;  // as PyTorch's

  // Exact. f(-0) = -0; NaN stays.
  template <Number N>
  static N forward(N x) {
    return select(x < N(0.0), N(0.0), select(x > N(6.0), N(6.0), x));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {select(x <= N(0.0), N(0.0), select(x < N(6.0), N(1.0), select(N(6.0) <= x, N(0.0), x)))};
  }
};

}  // namespace torchactiv
