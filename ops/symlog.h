#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Symlog : Activation {
  static constexpr Card card{
      .name = "symlog",
      .module = "Symlog",
      .title = "Symmetric logarithm",
      .family = Family::other,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(\operatorname{sign}(x) \ln(1 + |x|))",
      .derivative = R"(\frac{1}{1 + |x|})",
      .notes = "Its inverse is symexp.",
      .source =
          "Hafner et al. 2023, Mastering Diverse Domains through World Models, arXiv:2301.04104, equation 9; Webber "
          "2012",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x) {
    return copysign(log1p(abs(x)), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {N(1.0) / (N(1.0) + abs(x))};
  }
};

}  // namespace torchactiv
