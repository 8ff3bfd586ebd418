#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct Elish : Activation {
  static constexpr Card card{
      .name = "elish",
      .module = "ELiSH",
      .title = "Exponential linear sigmoid squashing",
      .family = Family::self_gated,
      .properties = {.both_signs = true},
      .formula = R"(x \, \sigma(x) \text{ if } x \ge 0 \text{ else } (e^x - 1) \sigma(x))",
      .derivative =
          R"(\sigma(x) (1 + x (1 - \sigma(x))) \text{ if } x \ge 0 \text{ else } \sigma(x) (e^x + (e^x - 1) (1 - \sigma(x))))",
      .notes = "f(-inf) = -0, the limit. The slope at 0 is 1/2.",
      .source = "Basirat & Roth 2018, The Quest for the Golden Activation Function, arXiv:1808.00783",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x) {
    const N left = narrow(expm1(limited(x, -exponent_limit<N>, 0.0)));
    return select(x < N(0.0), left, x) * Logistic<N>(x).value;
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(inside);
    const N m = narrow(expm1(at_most(inside, N(0.0))));
    const N left = fma(m, s.complement, m + N(1.0)), right = fma(inside, s.complement, N(1.0));
    return {s.value * select(x < N(0.0), left, right)};
  }
};

}  // namespace torchactiv
