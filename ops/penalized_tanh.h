#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tanh.h"

namespace torchactiv {

struct PenalizedTanh : Activation {
  static constexpr Card card{
      .name = "penalized_tanh",
      .module = "PenalizedTanh",
      .title = "Penalized hyperbolic tangent",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .both_signs = true},
      .formula = R"(\tanh(x) \text{ if } x > 0 \text{ else } a \tanh(x))",
      .derivative = R"(1 - \tanh^2(x) \text{ if } x > 0 \text{ else } a (1 - \tanh^2(x)))",
      .notes = "The slope at 0 is a.",
      .source = "Xu, Huang & Li 2016, Revise Saturated Activation Functions, arXiv:1602.05980",
  };
  static constexpr std::array arguments{Argument{"a", 0.25}};
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x, N a) {
    return select(x > N(0.0), N(1.0), a) * Tanh::forward(x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N a) {
    return {select(x > N(0.0), N(1.0), a) * Tanh::partials(x)[0]};
  }
};

}  // namespace torchactiv
