#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Silu : Activation {
  static constexpr Card card{
      .name = "silu",
      .module = "SiLU",
      .title = "Sigmoid linear unit",
      .aliases = "swish_1",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \, \sigma(x))",
      .derivative = R"(\sigma(x) (1 + x (1 - \sigma(x))))",
      .notes = "f(-inf) = -0, the limit.",
      .source = "Elfwing, Uchibe & Doya 2018, Sigmoid-Weighted Linear Units, arXiv:1702.03118, equation 4",
  };

  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -product_limit<N>, highest);
    const auto e = rising_exponential(-inside);
    const N result = e.restore_product(product(inside, Wide<N>(reciprocal(e.plus(1.0)))));
    return select(x > N(highest), x, result);
  }

  // s (1 + x (1 - s)) with s = 1 / (1 + e^-x).
  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -product_limit<N>, highest);
    const auto e = rising_exponential(-inside);
    const Wide<N> s = reciprocal(e.plus(1.0));
    return {e.restore_product(product(s, offset(inside * offset(-s, 1.0), 1.0)))};
  }

 private:
  static constexpr double highest = 43;  // beyond, f = x and f' = 1 to the last digit of a double
};

}  // namespace torchactiv
