#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct TanhExp : Activation {
  static constexpr Card card{
      .name = "tanhexp",
      .module = "TanhExp",
      .title = "Tanh exponential",
      .aliases = "telu",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \tanh(e^x))",
      .derivative = R"(\tanh(e^x) + x e^x (1 - \tanh^2(e^x)))",
      .notes = "f(-inf) = -0, the limit.",
      .source =
          "Liu & Di 2020, TanhExp: A Smooth Activation Function with High Convergence Speed, arXiv:2003.09855; "
          "Fernandez & Mali 2024, TeLU, arXiv:2412.20269",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  // tanh(w) = m / (m + 2) with m = e^2w - 1, which keeps the digits of a small w.
  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -exponent_limit<N>, highest), m = narrow(expm1(N(2.0) * exp(inside)));
    return select(x > N(highest), x, inside * m / (m + N(2.0)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -exponent_limit<N>, highest), w = exp(inside), m = narrow(expm1(N(2.0) * w));
    const N inverse = N(1.0) / (m + N(2.0)), squared_secant = N(4.0) * (m + N(1.0)) * inverse * inverse;
    return {fma(inside * w, squared_secant, m * inverse)};
  }

 private:
  static constexpr double highest = 3;  // beyond, f = x and f' = 1 to the last digit of a double
};

}  // namespace torchactiv
