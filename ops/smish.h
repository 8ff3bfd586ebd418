#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct Smish : Activation {
  static constexpr Card card{
      .name = "smish",
      .module = "Smish",
      .title = "Smish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\alpha x \tanh(\ln(1 + \sigma(\beta x))))",
      .derivative =
          R"(\alpha \left(t + \beta x (1 - t^2) \frac{s (1 - s)}{1 + s}\right), \; s = \sigma(\beta x), \; t = \tanh(\ln(1 + s)))",
      .notes = "f(-inf) = -0, the limit, for positive alpha and beta.",
      .source = "Wang, Ren & Wang 2022, Smish: A Novel Activation Function for Deep Learning Methods, Electronics 11",
  };
  static constexpr std::array arguments{Argument{"alpha", 1}, Argument{"beta", 1}};
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  // tanh(ln(1 + s)) = n / (n + 2) with n = s (s + 2).
  template <Number N>
  static N forward(N x, N alpha, N beta) {
    const N z = limited(beta * x, -exponent_limit<N>, exponent_limit<N>), s = Logistic<N>(z).value,
            n = s * (s + N(2.0));
    return alpha * select(z < N(left_end), limited(x, -much, much), x) * (n / (n + N(2.0)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha, N beta) {
    const N z = limited(beta * x, -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(z);
    const N n = s.value * (s.value + N(2.0)), inverse = N(1.0) / (n + N(2.0));
    const N slope = N(4.0) * (s.value + N(1.0)) * s.value * s.complement * inverse;
    return {alpha * inverse * fma(z, slope, n)};
  }

 private:
  static constexpr double left_end = -50;  // left of it the gate is so near 0 that an infinite x must not meet it
  static constexpr double much = 1e38;     // stands for infinity: times a gate near 0 it is 0, not infinite
};

}  // namespace torchactiv
