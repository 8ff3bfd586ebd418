#pragma once

#include "ops/number.h"

namespace torchactiv {

// e^x - 1 to the digits of the type that N is computed in, for where it cancels with something else; and what it is
// beside: e^x, and what is left of e^x - 1 when x is taken away. -exponent_limit <= x <= exponent_limit or NaN.
template <Number N>
struct FineExpm1 {
  static constexpr double small = 0x1p-6;  // up to which a series is exact enough
  N e, value, curved;

  explicit FineExpm1(const N& x) : FineExpm1(x, fine_exp(x)) {}
  // With e = e^x.
  FineExpm1(const N& x, const N& e) : e(e) {
    const Mask<N> is_small = abs(x) < N(small);
    const N near = x * x * curvature(x), far = e - N(1.0);
    curved = select(is_small, near, far - x);
    value = select(is_small, x + near, far);
  }

  // (e^x - 1 - x) / x^2 of a small x.
  static N curvature(const N& x) {
    N sum(1.0 / 5040);
    for (const double divisor : {720.0, 120.0, 24.0, 6.0, 2.0}) sum = fma(sum, x, N(1 / divisor));
    return sum;
  }
};

}  // namespace torchactiv
