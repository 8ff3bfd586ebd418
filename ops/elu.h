#pragma once

#include "ops/card.h"
#include "ops/inverse_exponential.h"
#include "ops/number.h"

namespace torchactiv {

struct Elu : Activation {
  static constexpr Card card{
      .name = "elu",
      .module = "ELU",
      .title = "Exponential linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(x \text{ if } x > 0 \text{ else } \alpha (e^x - 1))",
      .derivative = R"(1 \text{ if } x > 0 \text{ else } \alpha e^x)",
      .notes =
          "The slope at 0 is alpha, as in PyTorch. Backward reads the input, so that the gradient keeps its digits in "
          "the left tail.",
      .source =
          "Clevert, Unterthiner & Hochreiter 2015, Fast and Accurate Deep Network Learning by Exponential Linear "
          "Units, arXiv:1511.07289, equation 15",
  };
  static constexpr std::array arguments{Argument{"alpha", 1}};

  template <Number N>
  static N forward(N x, N alpha) {
    const N left = product(alpha, expm1(limited(x, -exponent_limit<N>, 0.0)));
    return select(x < N(0.0), left, x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    const N left = alpha * exp(limited(x, -exponent_limit<N>, 0.0));
    return {select(x > N(0.0), N(1.0), left)};
  }

  // Of a smaller alpha's result floats keep nothing.
  static constexpr bool invertible(double alpha) { return alpha >= 0x1p-100; }
  template <Number N>
  static N inverse(N y, N alpha) {
    return select(y > N(0.0), y, inverse_expm1(limited(y / alpha, -1.0, 0.0)));
  }
};

}  // namespace torchactiv
