#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Hardtanh : Activation {
  static constexpr Card card{
      .name = "hardtanh",
      .module = "Hardtanh",
      .title = "Piecewise linear hyperbolic tangent",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .both_signs = true},
      .formula = R"(\min(\max(x, \text{min\_val}), \text{max\_val}))",
      .derivative = R"(1 \text{ if min\_val} < x < \text{max\_val else } 0)",
      .notes = "The slope at min_val and at max_val is 0, as in PyTorch.",
      .source = "Collobert 2004, Large Scale Machine Learning, PhD thesis",
  };
  static constexpr bool has_cheap_slope = true;
  static constexpr std::array arguments{Argument{"min_val", -1}, Argument{"max_val", 1}};
  static constexpr bool partials_of_output = true;
  static constexpr bool masks_gradient = true;  // as PyTorch's
  static constexpr Objection objection(double min_val, double max_val) {
    return min_val <= max_val ? Objection{} : Objection{"min_val must be at most max_val", true};
  }

  // Exact. NaN stays.
  template <Number N>
  static N forward(N x, N min_val, N max_val) {
    return select(x < min_val, min_val, select(x > max_val, max_val, x));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N min_val, N max_val) {
    return {select(x <= min_val, N(0.0), select(x < max_val, N(1.0), select(max_val <= x, N(0.0), x)))};
  }
};

}  // namespace torchactiv
