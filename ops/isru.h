#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Isru : Activation {
  static constexpr Card card{
      .name = "isru",
      .module = "ISRU",
      .title = "Inverse square root unit",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\frac{x}{\sqrt{1 + \alpha x^2}})",
      .derivative = R"(\left(1 + \alpha x^2\right)^{-3/2})",
      .notes = "Tends to 1 / sqrt(alpha).",
      .source =
          "Carlile, Delamarter, Kinney, Marti & Whitney 2017, Improving Deep Learning by Inverse Square Root Linear "
          "Units, arXiv:1710.09967",
  };
  static constexpr std::array arguments{Argument{"alpha", 1}};
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr Objection objection(double alpha) {
    return alpha < 0 ? Objection{"alpha must not be negative"} : Objection{};
  }

  template <Number N>
  static N forward(N x, N alpha) {
    const N inside = limited(x, -1e100, 1e100);  // the square would overflow a double
    return select(alpha > N(0.0), inside / sqrt(fma(alpha * inside, inside, N(1.0))), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    const N inside = limited(x, -1e100, 1e100), square = fma(alpha * inside, inside, N(1.0));
    return {N(1.0) / (square * sqrt(square))};
  }
};

}  // namespace torchactiv
