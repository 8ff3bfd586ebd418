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
      .notes = "Overflows to infinity where the dtype ends.",
      .source = "Keras, exponential",
  };
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x) {
    return full_exp(x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {full_exp(x)};
  }

 private:
  // In two factors, neither of which overflows before the result does.
  template <Number N>
  static N full_exp(N x) {
    const N half = exp(N(0.5) * limited(x, -2.0 * exponent_limit<N>, 1400.0));
    return half * half;
  }
};

}  // namespace torchactiv
