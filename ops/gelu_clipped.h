#pragma once

#include "ops/card.h"
#include "ops/gelu_erf.h"
#include "ops/number.h"

namespace torchactiv {

struct GeluClipped : Activation {
  static constexpr Card card{
      .name = "gelu_clipped",
      .module = "ClippedGELU",
      .title = "Clipped Gaussian error linear unit",
      .aliases = "gelu_10",
      .family = Family::self_gated,
      .properties = {.bounded = true, .both_signs = true},
      .formula = R"(\min(\max(x \Phi(x), \text{min}), \text{max}))",
      .derivative = R"(\Phi(x) + x \phi(x) \text{ if min} < x \Phi(x) < \text{max else } 0)",
      .notes = "Keeps the range small for quantisation.",
      .source = "Wu et al. 2020, Integer Quantization for Deep Learning Inference, arXiv:2004.09602, section 5",
  };
  static constexpr std::array arguments{Argument{"min", -10}, Argument{"max", 10}};
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;
  static constexpr bool floats_where_fused = true;
  static constexpr double largest_error = 1.3;  // where it is computed in floats
  static constexpr Objection objection(double min, double max) {
    return min <= max ? Objection{} : Objection{"min must be at most max"};
  }

  template <Number N>
  static N forward(N x, N min, N max) {
    const N y = GeluErf::forward(x);
    return select(y < min, min, select(y > max, max, y));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N min, N max) {
    const auto [y, slope] = GeluErf::value_and_slope(x);
    return {select(y <= min, N(0.0), select(max <= y, N(0.0), slope))};
  }
};

}  // namespace torchactiv
