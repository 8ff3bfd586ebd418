#pragma once

#include <limits>

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Softshrink : Activation {
  static constexpr Card card{
      .name = "softshrink",
      .module = "Softshrink",
      .title = "Soft shrinkage",
      .family = Family::shrinkage,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(\operatorname{sign}(x) \max(|x| - \text{lambd}, 0))",
      .derivative = R"(1 \text{ if } |x| > \text{lambd else } 0)",
      .notes = "The slope at lambd is 0, as in PyTorch.",
      .source = "Donoho & Johnstone 1994, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81",
  };
  static constexpr bool has_cheap_slope = true;
  static constexpr std::array arguments{Argument{"lambd", 0.5}};
  static constexpr bool masks_gradient = true;     // as PyTorch's
  static constexpr bool inplace_argument = false;  // PyTorch's has none
  static constexpr bool out_argument = true;
  static constexpr Repr repr = Repr::values;  // as PyTorch's
  static constexpr Objection objection(double lambd) {
    return lambd >= 0 && lambd <= std::numeric_limits<double>::max()
               ? Objection{}
               : Objection{"lambd must be finite and not negative"};
  }

  // Rounds once. NaN stays.
  template <Number N>
  static N forward(N x, N lambd) {
    return select(abs(x) <= lambd, N(0.0) * x, x - copysign(lambd, x));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N lambd) {
    return {select(abs(x) <= lambd, N(0.0), select(abs(x) > lambd, N(1.0), x))};
  }
};

}  // namespace torchactiv
