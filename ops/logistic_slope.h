#pragma once

#include "ops/number.h"

namespace torchactiv {

// t / (1 + t)^2 for 0 <= t <= 1 or NaN: the slope of the sigmoid, with t = e^-|x|. Where t is small, the rounding of
// the denominator would be a large part of the error: there it is t (1 - c) with c = t (2 + t) / (1 + t)^2.
template <Number N>
N logistic_slope(const N& t) {
  const N t2 = t + N(2.0), d = fma(t, t2, N(1.0));
  const auto small = t < N(0.1);
  const N quotient = select(small, t * t2, t) / d;
  return select(small, fma(-t, quotient, t), quotient);
}

}  // namespace torchactiv
