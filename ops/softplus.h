#pragma once

#include "ops/card.h"
#include "ops/log1p_exp.h"
#include "ops/number.h"

namespace torchactiv {

struct Softplus : Activation {
  static constexpr Card card{
      .name = "softplus",
      .module = "Softplus",
      .title = "Softplus",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .smooth = true},
      .formula = R"(\frac{1}{\beta} \ln(1 + e^{\beta x}))",
      .derivative = R"(\sigma(\beta x))",
      .notes = "Exact with the default threshold; with another one f = x where beta x exceeds it, as in PyTorch.",
      .source = "Dugas et al. 2001, Incorporating Second-Order Functional Knowledge for Better Option Pricing, NIPS",
  };
  static constexpr std::array arguments{Argument{"beta", 1}, Argument{"threshold", 20}};
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;
  static constexpr bool inplace_argument = false;  // PyTorch's has none

  template <Number N>
  static N forward(N x, N beta, N threshold) {
    const N z = beta * x;
    return select(z > end(threshold), x, log1p_exp(z) / beta);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N beta, N threshold) {
    const N z = beta * x;
    return {select(z > end(threshold), N(1.0), sigmoid(z))};
  }

 private:
  // Where the line begins: by default where ln(1 + e^z) = z to the last digit of a double.
  template <Number N>
  static N end(N threshold) {
    return select(threshold < N(20.0), threshold, select(threshold > N(20.0), threshold, N(40.0)));
  }
};

}  // namespace torchactiv
