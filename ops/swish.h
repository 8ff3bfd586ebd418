#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct Swish : Activation {
  static constexpr Card card{
      .name = "swish",
      .module = "Swish",
      .title = "Swish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \, \sigma(\beta x))",
      .derivative = R"(\sigma(\beta x) (1 + \beta x (1 - \sigma(\beta x))))",
      .notes = "With beta = 1 it is silu; f(-inf) = -0, the limit, for a positive beta.",
      .source = "Ramachandran, Zoph & Le 2017, Searching for Activation Functions, arXiv:1710.05941",
  };
  static constexpr std::array arguments{Argument{"beta", 1}};
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  // x is finite where the sigmoid is 0.
  template <Number N>
  static N forward(N x, N beta) {
    const N z = beta * x;
    return select(z > N(50.0), x, limited(x, -1e38, 1e38) * sigmoid(z));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N beta) {
    const N z = limited(beta * x, -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(z);
    return {s.value * fma(z, s.complement, N(1.0))};
  }
};

}  // namespace torchactiv
