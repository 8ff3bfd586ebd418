#pragma once

#include "ops/number.h"

namespace torchactiv {

// t / (1 + t)^2 for 0 <= t <= 1 or NaN: the slope of the sigmoid, with t = e^-|x|. Where N has no precision to spare
// the quotient is corrected by its remainder, and by what rounding took from the denominator.
template <Number N>
N logistic_slope(const N& t) {
  const N t2 = t + N(2.0), d = fma(t, t2, N(1.0));
  if constexpr (std::same_as<N, Wide<N>>) {
    return t / d;
  } else {
    const N d_error = fma(t, t2, N(1.0) - d), inverse = N(1.0) / d, quotient = t * inverse;
    return fma(fma(-quotient, d_error, fma(-quotient, d, t)), inverse, quotient);
  }
}

}  // namespace torchactiv
