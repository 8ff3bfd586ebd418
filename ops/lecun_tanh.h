#pragma once

#include "ops/card.h"
#include "ops/inverse_exponential.h"
#include "ops/number.h"
#include "ops/tanh.h"

namespace torchactiv {

struct LecunTanh : Activation {
  static constexpr Card card{
      .name = "lecun_tanh",
      .module = "LeCunTanh",
      .title = "Scaled hyperbolic tangent",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(1.7159 \tanh\left(\frac{2}{3} x\right))",
      .derivative = R"(\frac{2}{3} 1.7159 \left(1 - \tanh^2\left(\frac{2}{3} x\right)\right))",
      .notes = "f(1) = 1 and f(-1) = -1, nearly.",
      .source = "LeCun, Bottou, Orr & Mueller 1998, Efficient BackProp, section 4.4",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x) {
    return N(1.7159) * Tanh::forward(N(2.0 / 3) * x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {N(1.7159 * 2 / 3) * Tanh::partials(N(2.0 / 3) * x)[0]};
  }

  template <Number N>
  static N inverse(N y) {
    return N(1.5) * inverse_tanh(limited(y * N(1 / 1.7159), -1.0, 1.0));
  }
};

}  // namespace torchactiv
