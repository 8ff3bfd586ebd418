#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Sigmoid : Activation {
  static constexpr Card card{
      .name = "sigmoid",
      .module = "Sigmoid",
      .title = "Logistic sigmoid",
      .formula = R"(\frac{1}{1 + e^{-x}})",
      .derivative = R"(\frac{e^{-|x|}}{(1 + e^{-|x|})^2})",
      .notes = "Backward reads the input, so that the gradient keeps its digits where the result rounds to 1.",
      .source = "Verhulst 1845, Recherches mathematiques sur la loi d'accroissement de la population",
  };
  static constexpr bool inplace_argument = false;  // PyTorch's has none

  // With t = e^-|x|: f(|x|) = 1 / (1 + t) and f(-|x|) = t / (1 + t), neither of which cancels.
  template <Number N>
  static N forward(N x) {
    const auto t = exponential(-abs(x));
    const auto negative = x < N(0.0);
    return t.restore(select(negative, t.mantissa, Wide<N>(1.0)) / (Wide<N>(1.0) + t.value), negative);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const auto t = exponential(-abs(x));
    const Wide<N> denominator = Wide<N>(1.0) + t.value;
    return {t.restore(t.mantissa / (denominator * denominator))};
  }
};

}  // namespace torchactiv
