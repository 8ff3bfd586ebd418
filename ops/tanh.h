#pragma once

#include "ops/card.h"
#include "ops/inverse_exponential.h"
#include "ops/number.h"
#include "ops/sigmoid_slope.h"

namespace torchactiv {

struct Tanh : Activation {
  static constexpr Card card{
      .name = "tanh",
      .module = "Tanh",
      .title = "Hyperbolic tangent",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}})",
      .derivative = R"(\frac{4 e^{-2|x|}}{(1 + e^{-2|x|})^2})",
      .notes = "Backward reads the input, so that the gradient keeps its digits where the result rounds to 1.",
      .source = "Lambert 1768, Observations trigonometriques",
  };
  static constexpr bool has_fused_bias = true;
  static constexpr bool has_fused_normalisation = true;
  static constexpr bool inplace_argument = false;  // PyTorch's has none

  // A number type may have functions of its own that are faster, by tables (docs/architecture.md).
  template <Number N>
  static N forward(N x) {
    if constexpr (requires { tabled_tanh(x); }) return tabled_tanh(x);
    return copysign(narrow(wide(x)), x);
  }

  // m / (2 + m) with m = e^2x - 1, which keeps its digits near 0, but not the sign of -0; it is +-1 where x is limited.
  template <Number N>
  static Wide<N> wide(N x) {
    if constexpr (requires { tabled_wide_tanh(x); }) return tabled_wide_tanh(x);
    const Wide<N> m = expm1(N(2.0) * limited(x, -20.0, 20.0));
    return m / offset(m, 2.0);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {N(4.0) * sigmoid_slope(N(2.0) * x)};
  }

  template <Number N>
  static N inverse(N y) {
    return inverse_tanh(y);
  }
};

}  // namespace torchactiv
