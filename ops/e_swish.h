#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/swish.h"

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
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N beta) {
    return beta * Swish::forward(x, N(1.0));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N beta) {
    return {beta * Swish::partials(x, N(1.0))[0]};
  }
};

}  // namespace torchactiv
