#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Arctan : Activation {
  static constexpr Card card{
      .name = "arctan",
      .module = "Arctan",
      .title = "Arc tangent",
      .aliases = "atan",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\arctan(x))",
      .derivative = R"(\frac{1}{1 + x^2})",
      .notes = "Tends to pi / 2.",
      .source = "Activation functions in common use, Wikipedia",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x) {
    return atan(x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N denominator = fma(x, x, N(1.0));
    // A constant 0, so that the second derivative at infinity is 0 and not NaN.
    return {select(denominator > N(much), N(0.0), N(1.0) / denominator)};
  }

 private:
  static constexpr double much = 1e300;  // more than the square of any float
};

}  // namespace torchactiv
