#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Exponential : Activation {
  static constexpr Card card{
      .name = "exponential",
      .module = "Exponential",
      .title = "Exponential",
      .aliases = "exp",
      .family = Family::other,
      .properties = {.monotonic = true, .smooth = true},
      .formula = R"(e^x)",
      .derivative = R"(e^x)",
      .notes = "Overflows to infinity where the dtype ends. Backward reads the result, which is the slope.",
      .source = "Keras, exponential",
  };
  static constexpr Saved saved = Saved::output;

  template <Number N>
  static N forward(N x) {
    return exp(limited(x, -exponent_limit<N>, exponent_limit<N>));
  }

  template <Number N>
  static Partials<N, 1> partials(N result) {
    return {result};
  }
};

}  // namespace torchactiv
