#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct LeakyRelu : Activation {
  static constexpr Card card{
      .name = "leaky_relu",
      .module = "LeakyReLU",
      .title = "Leaky rectified linear unit",
      .aliases = "lrelu",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(\max(0, x) + \text{negative\_slope} \cdot \min(0, x))",
      .derivative = R"(1 \text{ if } x > 0 \text{ else negative\_slope})",
      .notes = "The slope at 0 is negative_slope, as in PyTorch. With a slope of 0, f(-inf) = -0, the limit.",
      .source = "Maas, Hannun & Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models, ICML",
  };
  static constexpr bool has_fused_normalisation = true, has_cheap_slope = true;
  static constexpr std::array arguments{Argument{"negative_slope", 0.01}};

  // Rounds once. f(-0) has the sign of -0 * negative_slope, NaN stays.
  template <Number N>
  static N forward(N x, N negative_slope) {
    return select(x > N(0.0), x, scaled(x, negative_slope));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N negative_slope) {
    return {select(x > N(0.0), N(1.0), select(x <= N(0.0), negative_slope, x))};
  }

  // Of a smaller slope's result floats keep nothing.
  static constexpr bool invertible(double negative_slope) { return negative_slope >= 0x1p-100; }
  static constexpr bool invertible_halves = true;
  template <Number N>
  static N inverse(N y, N negative_slope) {
    return select(y > N(0.0), y, y / negative_slope);
  }
};

}  // namespace torchactiv
