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

  template <Number N>
  static N forward(N x) {
    return bell(limited(x, -farthest<N>, farthest<N>));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -farthest<N>, farthest<N>);
    return {N(-2.0) * inside * bell(inside)};
  }

 private:
  template <Number N>
  static constexpr double farthest = __builtin_sqrt(exponent_limit<N>) * (1 - 0x1p-20);  // beyond, f = 0

  // |x| <= farthest. With what rounding took from the square.
  template <Number N>
  static N bell(N x) {
    if constexpr (std::same_as<N, Wide<N>>) {
      const N square = x * x, value = exp(-square);
      return fma(value, -fma(x, x, -square), value);
    } else {
      const auto e = exponential(-(widen(x) * x));
      return e.restore(narrow(e.value()));
    }
  }
};

}  // namespace torchactiv
