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

  // m / (2 + m) with m = e^2x - 1, which keeps its digits near 0; it is +-1 where x is limited.
  template <Number N>
  static N forward(N x) {
    const Wide<N> m = expm1(N(2.0) * at_most(at_least(x, N(-20.0)), N(20.0)));
    return copysign(narrow(m / (Wide<N>(2.0) + m)), x);
  }

  // 4t / (1 + 2t + t^2) with t = e^(-2|x|). In N itself: where t is near 1 an error of t does not matter.
  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N t = exp(N(-2.0) * abs(x));
    return {N(4.0) * t / fma(t, t + N(2.0), N(1.0))};
  }
};

}  // namespace torchactiv
