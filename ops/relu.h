#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Relu : Activation {
  static constexpr Card card{
      .name = "relu",
      .module = "ReLU",
      .title = "Rectified linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula = R"(\max(0, x))",
      .derivative = R"(1 \text{ if } x > 0 \text{ else } 0)",
      .notes = "The slope at 0 is 0, as in PyTorch.",
      .source = "Nair & Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines, ICML",
  };
  static constexpr bool has_fused_gate = true, has_fused_bias = true;
  static constexpr bool has_fused_normalisation = true, has_cheap_slope = true;
  static constexpr bool masks_gradient = true;   // as PyTorch's
  static constexpr Saved saved = Saved::output;  // the sign of the result is the sign of the slope

  // Exact. f(-0) = -0, as in PyTorch; NaN stays.
  template <Number N>
  static N forward(N x) {
    return select(x < N(0.0), N(0.0), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N y) {
    return {select(y <= N(0.0), N(0.0), select(y > N(0.0), N(1.0), y))};
  }
};

}  // namespace torchactiv
