#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/silu.h"

namespace torchactiv {

struct DElu : Activation {
  static constexpr Card card{
      .name = "delu",
      .module = "DELU",
      .title = "Dual exponential linear unit",
      .family = Family::rectifier,
      .properties = {.both_signs = true},
      .formula = R"(\left(n + \frac{1}{2}\right) x + |e^{-x} - 1| \text{ if } x > 0 \text{ else } x \, \sigma(x))",
      .derivative = R"(n + \frac{1}{2} + e^{-x} \text{ if } x > 0 \text{ else } \sigma(x) (1 + x (1 - \sigma(x))))",
      .notes = "The slope at 0 is 1/2. f(-inf) = -0, the limit.",
      .source = "Pishchik 2023, Trainable Activations for Image Classification, Preprints",
  };
  static constexpr std::array arguments{Argument{"n", 1}};
  static constexpr Precision forward_precision = Precision::floats, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x, N n) {
    const N inside = limited(x, 0.0, exponent_limit<N>), slope = n + N(0.5);
    const N near = narrow(slope * widen(inside) - Wide<N>(expm1(-inside)));
    const N right = select(x > N(exponent_limit<N>), fma(slope, x, N(1.0)), near);
    return select(x > N(0.0), right, Silu::forward(at_most(x, N(0.0))));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N n) {
    const N right = n + N(0.5) + exp(-limited(x, 0.0, exponent_limit<N>));
    return {select(x > N(0.0), right, Silu::partials(at_most(x, N(0.0)))[0])};
  }
};

}  // namespace torchactiv
