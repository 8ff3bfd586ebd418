#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Snake : Activation {
  static constexpr Card card{
      .name = "snake",
      .module = "Snake",
      .title = "Snake",
      .family = Family::periodic,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(x + \frac{1}{\alpha} \sin^2(\alpha x))",
      .derivative = R"(1 + \sin(2 \alpha x))",
      .notes = "With alpha = 0 it is the identity, the limit.",
      .source =
          "Ziyin, Hartwig & Ueda 2020, Neural Networks Fail to Learn Periodic Functions and How to Fix It, "
          "arXiv:2006.08195, equation 3",
  };
  static constexpr std::array arguments{Argument{"alpha", 1}};
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N alpha) {
    const N s = sin(alpha * finite(x));
    return select(abs(alpha) > N(0.0), x + s * s / alpha, x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    return {N(1.0) + sin(N(2.0) * alpha * x)};
  }

 private:
  template <Number N>
  static N finite(N x) {
    return limited(x, -1e300, 1e300);
  }
};

}  // namespace torchactiv
