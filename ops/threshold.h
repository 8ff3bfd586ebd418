#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Threshold : Activation {
  static constexpr Card card{
      .name = "threshold",
      .module = "Threshold",
      .title = "Threshold",
      .family = Family::rectifier,
      .formula = R"(x \text{ if } x > \text{threshold else value})",
      .derivative = R"(1 \text{ if } x > \text{threshold else } 0)",
      .notes = "The slope at the threshold is 0, as in PyTorch.",
      .source = "PyTorch, torch.nn.functional.threshold",
  };
  static constexpr bool has_cheap_slope = true;
  static constexpr std::array arguments{Argument{"threshold", required}, Argument{"value", required}};
  static constexpr bool masks_gradient = true;  // as PyTorch's

  // Exact. NaN stays.
  template <Number N>
  static N forward(N x, N threshold, N value) {
    return select(x <= threshold, value, x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N threshold, N) {
    return {select(x <= threshold, N(0.0), one_like(x))};
  }
};

}  // namespace torchactiv
