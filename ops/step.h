#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Step : Activation {
  static constexpr Card card{
      .name = "step",
      .module = "Step",
      .title = "Heaviside step function",
      .aliases = "heaviside binary_step",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true},
      .formula = R"(1 \text{ if } x \ge 0 \text{ else } 0)",
      .derivative = R"(0)",
      .notes = "f(0) = 1, also at -0. Its slope is 0 everywhere.",
      .source = "McCulloch & Pitts 1943, A logical calculus of the ideas immanent in nervous activity",
  };

  template <Number N>
  static N forward(N x) {
    return select(x < N(0.0), N(0.0), select(N(0.0) <= x, N(1.0), x));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {select(N(0.0) <= abs(x), N(0.0), x)};
  }
};

}  // namespace torchactiv
