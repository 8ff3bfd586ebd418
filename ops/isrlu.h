#pragma once

#include "ops/card.h"
#include "ops/isru.h"
#include "ops/number.h"

namespace torchactiv {

struct Isrlu : Activation {
  static constexpr Card card{
      .name = "isrlu",
      .module = "ISRLU",
      .title = "Inverse square root linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(x \text{ if } x \ge 0 \text{ else } \frac{x}{\sqrt{1 + \alpha x^2}})",
      .derivative = R"(1 \text{ if } x \ge 0 \text{ else } \left(1 + \alpha x^2\right)^{-3/2})",
      .notes = "Tends to -1 / sqrt(alpha) on the left.",
      .source =
          "Carlile, Delamarter, Kinney, Marti & Whitney 2017, Improving Deep Learning by Inverse Square Root Linear "
          "Units, arXiv:1710.09967",
  };
  static constexpr std::array arguments{Argument{"alpha", 1}};
  static constexpr Precision forward_precision = Precision::floats_for_all,
                             partials_precision = Precision::floats_for_all;
  static constexpr Objection objection(double alpha) {
    return alpha < 0 ? Objection{"alpha must not be negative"} : Objection{};
  }

  template <Number N>
  static N forward(N x, N alpha) {
    return select(x < N(0.0), Isru::forward(x, alpha), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    return {Isru::partials(at_most(x, N(0.0)), alpha)[0]};
  }
};

}  // namespace torchactiv
