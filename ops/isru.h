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
  static constexpr Precision forward_precision = Precision::floats_for_all,
                             partials_precision = Precision::floats_for_all;
  static constexpr Objection objection(double alpha) {
    return alpha < 0 ? Objection{"alpha must not be negative"} : Objection{};
  }

  template <Number N>
  static N forward(N x, N alpha) {
    const N inside = limit(x, alpha);
    return select(alpha <= N(0.0), x, product(inside, inverse_root(inside, alpha)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    const Wide<N> inverse = inverse_root(limit(x, alpha), alpha);
    return {product(inverse, inverse * inverse)};
  }

 private:
  // The square, which must not overflow, so far out that the derivative is 0.
  template <Number N>
  static N limit(const N& x, const N& alpha) {
    constexpr double far = square_limit<N>;
    const N farthest = at_most(N(far) / sqrt(alpha), N(4 * far * far));
    return at_most(at_least(x, -farthest), farthest);
  }
  template <Number N>
  static Wide<N> inverse_root(const N& x, const N& alpha) {
    return reciprocal(Wide<N>(sqrt(Wide<N>(offset_product(alpha * widen(x), widen(x), 1.0)))));
  }
};

}  // namespace torchactiv
