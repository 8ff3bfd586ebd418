#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct DSilu : Activation {
  static constexpr Card card{
      .name = "dsilu",
      .module = "DSiLU",
      .title = "Derivative of the sigmoid linear unit",
      .family = Family::squashing,
      .properties = {.bounded = true, .smooth = true, .both_signs = true},
      .formula = R"(\sigma(x) (1 + x (1 - \sigma(x))))",
      .derivative = R"(\sigma(x) (1 - \sigma(x)) (2 + x (1 - 2 \sigma(x))))",
      .notes = "f(-inf) = -0, the limit; the largest value is 1.0998.",
      .source = "Elfwing, Uchibe & Doya 2018, Sigmoid-Weighted Linear Units, arXiv:1702.03118, equation 5",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(inside, fine_exp(-abs(inside)));  // f has a zero, near which an error would be all there is
    return s.value * fma(inside, s.complement, N(1.0));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(inside);
    return {s.value * s.complement * fma(inside, s.complement - s.value, N(2.0))};
  }
};

}  // namespace torchactiv
