#pragma once

#include "ops/card.h"
#include "ops/hyperbolic_tangent.h"
#include "ops/number.h"
#include "ops/tanh.h"

namespace torchactiv {

struct Lisht : Activation {
  static constexpr Card card{
      .name = "lisht",
      .module = "LiSHT",
      .title = "Linearly scaled hyperbolic tangent",
      .family = Family::self_gated,
      .properties = {.smooth = true},
      .formula = R"(x \tanh(x))",
      .derivative = R"(\tanh(x) + x (1 - \tanh^2(x)))",
      .notes = "An even function.",
      .source =
          "Roy et al. 2019, LiSHT: Non-Parametric Linearly Scaled Hyperbolic Tangent Activation Function for Neural "
          "Networks, arXiv:1901.05894",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;
  static constexpr bool floats_where_tabled = true;

  template <Number N>
  static N forward(N x) {
    return product(abs(x), Tanh::wide(abs(x)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -exponent_limit<N>, exponent_limit<N>);
    if constexpr (requires { tabled_tanh(x); }) return {fma(inside, Tanh::partials(x)[0], tabled_tanh(x))};
    const HyperbolicTangent<N> t(inside);
    return {fma(inside, t.slope, t.value)};
  }
};

}  // namespace torchactiv
