#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Hardshrink : Activation {
  static constexpr Card card{
      .name = "hardshrink",
      .module = "Hardshrink",
      .title = "Hard shrinkage",
      .family = Family::shrinkage,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(x \text{ if } |x| > \text{lambd else } 0)",
      .derivative = R"(1 \text{ if } |x| > \text{lambd else } 0)",
      .notes = "The slope at lambd is 0, as in PyTorch.",
      .source = "Donoho & Johnstone 1994, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81",
  };
  static constexpr bool has_cheap_slope = true;
  static constexpr std::array arguments{Argument{"lambd", 0.5}};
  static constexpr bool masks_gradient = true;     // as PyTorch's
  static constexpr Repr repr = Repr::values;       // as PyTorch's
  static constexpr bool inplace_argument = false;  // PyTorch's has none
  static constexpr bool out_argument = true;

  // Exact. NaN stays.
  template <Number N>
  static N forward(N x, N lambd) {
    return select(abs(x) <= lambd, N(0.0), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N lambd) {
    return {select(abs(x) <= lambd, N(0.0), one_like(x))};
  }
};

}  // namespace torchactiv
