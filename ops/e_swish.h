#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/split_sigmoid.h"

namespace torchactiv {

struct ESwish : Activation {
  static constexpr Card card{
      .name = "e_swish",
      .module = "ESwish",
      .title = "E-swish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\beta x \, \sigma(x))",
      .derivative = R"(\beta \sigma(x) (1 + x (1 - \sigma(x))))",
      .notes = "f(-inf) = -0, the limit.",
      .source = "Alcaide 2018, E-swish: Adjusting Activations to Different Network Depths, arXiv:1801.07145",
  };
  static constexpr std::array arguments{Argument{"beta", 1.375}};
  static constexpr Precision partials_precision = Precision::floats_for_all;

  template <Number N>
  static N forward(N x, N beta) {
    const N inside = limited(x, -exponent_limit<N>, highest);
    const auto s = split_sigmoid(Wide<N>(widen(inside)));  // more digits than of inside, for the factor's error
    const N scaled = beta * x, result = s.restore(product(inside, beta * Wide<N>(s.value())));
    return select(x > N(highest), scaled, copysign(result, scaled));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N beta) {
    const N inside = limited(x, -exponent_limit<N>, highest);
    const auto s = split_sigmoid(inside);
    return {s.restore(product(beta * offset(inside * s.complement(), 1.0), Wide<N>(s.value())))};
  }

 private:
  static constexpr double highest = 43;  // beyond, the sigmoid is 1 to the last digit of a double
};

}  // namespace torchactiv
