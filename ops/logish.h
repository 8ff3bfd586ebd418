#pragma once

#include "ops/card.h"
#include "ops/log1p_of_unit.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct Logish : Activation {
  static constexpr Card card{
      .name = "logish",
      .module = "Logish",
      .title = "Logish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \ln(1 + \sigma(x)))",
      .derivative = R"(\ln(1 + \sigma(x)) + \frac{x \sigma(x) (1 - \sigma(x))}{1 + \sigma(x)})",
      .notes = "f(-inf) = -0, the limit.",
      .source =
          "Zhu et al. 2021, Logish: A new nonlinear nonmonotonic activation function for convolutional neural network, "
          "Neurocomputing 458",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x) {
    return at_least(x, N(-exponent_limit<N>)) * log1p_of_unit(Logistic<N>(x).value);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(inside);
    return {fma(inside * s.value, s.complement / (N(1.0) + s.value), log1p_of_unit(s.value))};
  }
};

}  // namespace torchactiv
