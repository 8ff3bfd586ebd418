#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct PRelu : Activation {
  static constexpr Card card{
      .name = "prelu",
      .module = "PReLU",
      .title = "Parametric rectified linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(\max(0, x) + \text{weight} \cdot \min(0, x))",
      .derivative = R"(1 \text{ if } x > 0 \text{ else weight}; \min(0, x))",
      .notes = "The slope at 0 is weight, as in PyTorch.",
      .source = "He et al. 2015, Delving Deep into Rectifiers, arXiv:1502.01852, equation 1",
  };
  static constexpr std::array inputs{Input{}, Input{"weight", Role::parameter, 0.25}};
  static constexpr bool in_place = false;  // as in PyTorch
  static constexpr bool drop_in = true;
  static constexpr bool masks_gradient = true;  // as PyTorch's of weight

  // Rounds once. NaN stays.
  template <Number N>
  static N forward(N x, N weight) {
    return select(x > N(0.0), x, x * weight);
  }

  template <Number N>
  static Partials<N, 2> partials(N x, N weight) {
    return {select(x > N(0.0), N(1.0), select(x <= N(0.0), weight, x)), select(x > N(0.0), N(0.0), x)};
  }
};

}  // namespace torchactiv
