#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Tanh : Activation {
  static constexpr Card card{
      .name = "tanh",
      .module = "Tanh",
      .title = "Hyperbolic tangent",
      .formula = R"(\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}})",
      .derivative = R"(\frac{4 e^{-2|x|}}{(1 + e^{-2|x|})^2})",
      .notes = "Backward reads the input, so that the gradient keeps its digits where the result rounds to 1.",
      .source = "Lambert 1768, Observations trigonometriques",
  };
  static constexpr bool inplace_argument = false;  // PyTorch's has none

  // With m = e^(-2|x|) - 1, which is exact to the last digits near 0: tanh|x| = -m / (2 + m). f(-0) = -0.
  template <Number N>
  static N forward(N x) {
    const Wide<N> m = expm1(N(-2.0) * abs(x));
    return copysign(narrow(m / (Wide<N>(2.0) + m)), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const auto t = exponential(N(-2.0) * abs(x));
    const Wide<N> denominator = Wide<N>(1.0) + t.value;
    return {t.restore(Wide<N>(4.0) * t.mantissa / (denominator * denominator))};
  }
};

}  // namespace torchactiv
