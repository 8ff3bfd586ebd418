#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tanh.h"

namespace torchactiv {

struct RectifiedTanh : Activation {
  static constexpr Card card{
      .name = "rectified_tanh",
      .module = "RectifiedTanh",
      .title = "Rectified hyperbolic tangent",
      .family = Family::rectifier,
      .properties = {.bounded = true, .monotonic = true},
      .formula = R"(\max(0, \tanh(x)))",
      .derivative = R"(1 - \tanh^2(x) \text{ if } x > 0 \text{ else } 0)",
      .notes = "The slope at 0 is 0.",
      .source = "Xu, Huang & Li 2016, Revise Saturated Activation Functions, arXiv:1602.05980",
  };

  template <Number N>
  static N forward(N x) {
    return select(x < N(0.0), N(0.0), Tanh::forward(x));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {select(x <= N(0.0), N(0.0), Tanh::partials(x)[0])};
  }
};

}  // namespace torchactiv
