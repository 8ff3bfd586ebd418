#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct ThresholdedRelu : Activation {
  static constexpr Card card{
      .name = "thresholded_relu",
      .module = "ThresholdedReLU",
      .title = "Thresholded rectified linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula = R"(x \text{ if } x > \alpha \text{ else } 0)",
      .derivative = R"(1 \text{ if } x > \alpha \text{ else } 0)",
      .notes = "The slope at alpha is 0.",
      .source =
          "Konda, Memisevic & Krueger 2015, Zero-bias autoencoders and the benefits of co-adapting features, "
          "arXiv:1402.3337",
  };
  static constexpr bool has_cheap_slope = true;
  static constexpr std::array arguments{Argument{"alpha", 1}};
  static constexpr bool masks_gradient = true;

  // Exact. NaN stays.
  template <Number N>
  static N forward(N x, N alpha) {
    return select(x <= alpha, N(0.0), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    return {select(x <= alpha, N(0.0), one_like(x))};
  }
};

}  // namespace torchactiv
