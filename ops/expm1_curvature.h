#pragma once

#include "ops/number.h"

namespace torchactiv {

// (e^x - 1 - x) / x^2 to all digits of a double, of an |x| up to `small`.
struct Expm1Curvature {
  static constexpr double small = 0x1p-6;

  template <Number N>
  static N of(const N& x) {
    N sum(1.0 / 5040);
    for (const double divisor : {720.0, 120.0, 24.0, 6.0, 2.0}) sum = fma(sum, x, N(1 / divisor));
    return sum;
  }
};

}  // namespace torchactiv
