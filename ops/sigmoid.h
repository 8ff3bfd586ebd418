#pragma once

#include "ops/card.h"
#include "ops/inverse_exponential.h"
#include "ops/number.h"
#include "ops/sigmoid_slope.h"

namespace torchactiv {

struct Sigmoid : Activation {
  static constexpr Card card{
      .name = "sigmoid",
      .module = "Sigmoid",
      .title = "Logistic sigmoid",
      .aliases = "logistic",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true},
      .formula = R"(\frac{1}{1 + e^{-x}})",
      .derivative = R"(\frac{e^{-|x|}}{(1 + e^{-|x|})^2})",
      .notes = "Backward reads the input, so that the gradient keeps its digits where the result rounds to 1.",
      .source = "Verhulst 1845, Recherches mathematiques sur la loi d'accroissement de la population",
  };
  static constexpr bool has_fused_bias = true;
  static constexpr bool has_fused_normalisation = true;
  static constexpr bool inplace_argument = false;  // PyTorch's has none

  template <Number N>
  static N forward(N x) {
    return sigmoid(x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {sigmoid_slope(x)};
  }

  // ln(y / (1 - y)), from the side of the middle that y is on.
  template <Number N>
  static N inverse(N y) {
    const Mask<N> low = y < N(0.5);
    const N smaller = select(low, at_least(y, N(0x1p-120)), at_least(N(1.0) - y, N(step_below_one<N>)));
    const N magnitude = log1p(N(1.0) / smaller - N(2.0));
    return select(low, -magnitude, magnitude);
  }
};

}  // namespace torchactiv
