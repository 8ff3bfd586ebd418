#pragma once

#include "ops/card.h"
#include "ops/gumbel_density.h"
#include "ops/number.h"

namespace torchactiv {

struct Loglog : Activation {
  static constexpr Card card{
      .name = "loglog",
      .module = "Loglog",
      .title = "Log-log",
      .aliases = "gompertz",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true},
      .formula = R"(e^{-e^{-x}})",
      .derivative = R"(e^{-x - e^{-x}})",
      .notes = "An asymmetric sigmoid.",
      .source =
          "Gomes, Ludermir & Lima 2011, Comparison of new activation functions in neural network for forecasting "
          "financial time series, Neural Computing and Applications 20",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x) {
    const N w = fine_exp(limited(-x, -exponent_limit<N>, highest));
    return exp(at_least(-w, N(-exponent_limit<N>)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {gumbel_density(-x)};
  }

 private:
  static constexpr double highest = 7;  // of -x: e^-e^7 is 0 among doubles
};

}  // namespace torchactiv
