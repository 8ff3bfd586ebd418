#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Tlu : Activation {
  static constexpr Card card{
      .name = "tlu",
      .module = "TLU",
      .title = "Thresholded linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula = R"(\max(x, \alpha x + \tau))",
      .derivative = R"(1 \text{ if } x > \alpha x + \tau \text{ else } \alpha)",
      .notes = "The slope at the kink is alpha.",
      .source =
          "Singh & Krishnan 2019, Filter Response Normalization Layer, arXiv:1911.09737, equation 7; with a slope: "
          "timm",
  };
  static constexpr std::array arguments{Argument{"tau", 0}, Argument{"alpha", 0}};

  // Rounds once. NaN stays, in x and in the line.
  template <Number N>
  static N forward(N x, N tau, N alpha) {
    const N line = select(abs(alpha) <= N(0.0), select(N(0.0) <= abs(x), tau, x), fma(alpha, x, tau));
    return select(x > line, x, line);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N tau, N alpha) {
    const N inside = limited(x, -much, much), line = fma(alpha, inside, tau);
    return {select(inside > line, N(1.0), select(inside <= line, alpha, x))};
  }

 private:
  static constexpr double much = 3e38;  // stands for infinity: times an alpha of 0 it is 0, not NaN
};

}  // namespace torchactiv
