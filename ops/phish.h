#pragma once

#include "ops/card.h"
#include "ops/gelu_erf.h"
#include "ops/number.h"

namespace torchactiv {

struct Phish : Activation {
  static constexpr Card card{
      .name = "phish",
      .module = "Phish",
      .title = "Phish",
      .family = Family::self_gated,
      .properties = {.smooth = true},
      .formula = R"(x \tanh(g), \; g = x \Phi(x))",
      .derivative = R"(\tanh(g) + x (1 - \tanh^2(g)) g')",
      .notes = "f(-inf) = 0, the limit.",
      .source = "Naveen 2022, Phish: A Novel Hyper-Optimizable Activation Function, TechRxiv",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x) {
    const N m = narrow(expm1(N(2.0) * limited(GeluErf::forward(x), -right_end, right_end)));
    return abs(at_least(x, N(left_end)) * (m / (m + N(2.0))));  // both factors have one sign
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, left_end, right_end);
    const auto [gate, slope] = GeluErf::value_and_slope(inside);
    const N m = narrow(expm1(N(2.0) * gate));
    const N inverse = N(1.0) / (m + N(2.0)), squared_secant = N(4.0) * (m + N(1.0)) * inverse * inverse;
    return {fma(inside * squared_secant, slope, m * inverse)};
  }

 private:
  static constexpr double left_end = -40;  // where Phi(x) is 0 among doubles
  static constexpr double right_end = 20;  // where g = x, tanh(g) is 1, and f' is 1 but for the last bits of a double
};

}  // namespace torchactiv
