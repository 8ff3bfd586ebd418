#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Shrink : Activation {
  static constexpr Card card{
      .name = "shrink",
      .module = "Shrink",
      .title = "Shrinkage with a bias",
      .family = Family::shrinkage,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(x + \text{bias if } x < -\text{lambd}, \; x - \text{bias if } x > \text{lambd, else } 0)",
      .derivative = R"(1 \text{ if } |x| > \text{lambd else } 0)",
      .notes = "The slope at lambd is 0.",
      .source = "ONNX, operator Shrink",
  };
  static constexpr bool has_cheap_slope = true;
  static constexpr std::array arguments{Argument{"lambd", 0.5}, Argument{"bias", 0}};
  static constexpr bool masks_gradient = true;

  // Rounds once. NaN stays.
  template <Number N>
  static N forward(N x, N lambd, N bias) {
    return select(x < -lambd, x + bias, select(x <= lambd, N(0.0), x - bias));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N lambd, N) {
    return {select(x < -lambd, N(1.0), select(x <= lambd, N(0.0), one_like(x)))};
  }
};

}  // namespace torchactiv
