#pragma once

#include "ops/number.h"

namespace torchactiv {

// What slopes are made of, within 2 ulp where that is 1/16 or more, and 2^-27 elsewhere. A number type may have
// functions of these names that are faster.

// e^-|x| / (1 + e^-|x|)^2, the slope of the sigmoid. With t = e^-|x| in N itself: where t is near 1 an error of t does
// not matter. Where N has no precision to spare the quotient is corrected by its remainder, and by what rounding took
// from the denominator.
template <Number N>
N sigmoid_slope(const N& x) {
  const N t = exp(at_least(-abs(x), N(-exponent_limit<N>)));
  const N t2 = t + N(2.0), d = fma(t, t2, N(1.0));
  if constexpr (std::same_as<N, Wide<N>>) {
    return t / d;
  } else {
    const N d_error = fma(t, t2, N(1.0) - d), inverse = N(1.0) / d, quotient = t * inverse;
    return fma(fma(-quotient, d_error, fma(-quotient, d, t)), inverse, quotient);
  }
}

// The sigmoid itself, of a number or of a wide one.
template <Number N>
N quick_sigmoid(const N& x) {
  return sigmoid(x);
}

}  // namespace torchactiv
