#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Gaussian : Activation {
  static constexpr Card card{
      .name = "gaussian",
      .module = "Gaussian",
      .title = "Gaussian",
      .family = Family::other,
      .properties = {.bounded = true, .smooth = true},
      .formula = R"(e^{-x^2})",
      .derivative = R"(-2 x e^{-x^2})",
      .notes = "1 at 0, and 0 at both infinities.",
      .source = "Activation functions in common use, Wikipedia",
  };
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x) {
    return bell(limited(x, -39.0, 39.0));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -39.0, 39.0);
    return {N(-2.0) * inside * bell(inside)};
  }

 private:
  // |x| <= 39. With what rounding took from the square.
  template <Number N>
  static N bell(N x) {
    const N square = x * x, value = exp(at_least(-square, N(-exponent_limit<N>)));
    return fma(value, -fma(x, x, -square), value);
  }
};

}  // namespace torchactiv
