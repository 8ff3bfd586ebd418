#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct BentIdentity : Activation {
  static constexpr Card card{
      .name = "bent_identity",
      .module = "BentIdentity",
      .title = "Bent identity",
      .family = Family::other,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\frac{\sqrt{x^2 + 1} - 1}{2} + x)",
      .derivative = R"(\frac{x}{2 \sqrt{x^2 + 1}} + 1)",
      .notes = "The slope runs from 1/2 to 3/2.",
      .source = "Activation functions in common use, Wikipedia",
  };
  static constexpr Precision forward_precision = Precision::floats_for_all,
                             partials_precision = Precision::floats_for_all;

  // (r - 1) / 2 = x^2 / (2 (r + 1)), which does not cancel.
  template <Number N>
  static N forward(N x) {
    const N inside = limited(x, -square_limit<N>, square_limit<N>);
    const Wide<N> root = sqrt(Wide<N>(offset_product(widen(inside), widen(inside), 1.0)));
    const Wide<N> half = N(0.5) * inside * Wide<N>(reciprocal(offset(root, 1.0))), factor = offset(half, 1.0);
    return select(abs(x) > N(square_limit<N>), x * narrow(factor), product(inside, factor));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -square_limit<N>, square_limit<N>);
    return {fma(N(0.5), inside / sqrt(fma(inside, inside, N(1.0))), N(1.0))};
  }
};

}  // namespace torchactiv
