#pragma once

#include "ops/card.h"
#include "ops/logistic_of_product.h"
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
      .derivative = R"(\sigma(\beta x) (1 + \beta x (1 - \sigma(\beta x))); x^2 \sigma(\beta x) (1 - \sigma(\beta x)))",
      .notes =
          "With beta = 1 it is silu, which libraries whose swish learns nothing mean by that name; "
          "f(-inf) = -0, the limit, for a positive beta.",
      .source = "Ramachandran, Zoph & Le 2017, Searching for Activation Functions, arXiv:1710.05941",
  };
  static constexpr std::array inputs{Input{}, Input{"beta", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr double largest_error = 1.25;  // of a result that is barely normal
  static constexpr Precision forward_precision = Precision::floats, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x, N beta) {
    return sigmoid_of_product(x, beta).times(x);
  }

  template <Number N>
  static Partials<N, 2> partials(N x, N beta) {
    const auto s = sigmoid_slopes_of_product(x, beta);
    return {s.gate_slope(), s.restore_slope(x * s.slope_times(x))};  // the square would be infinite for an infinite x
  }
};

}  // namespace torchactiv
