// The inverses of what is made of exponentials. A value that rounding has put at its limit, of which no inverse exists,
// gives the argument beyond which all values are rounded so.
#pragma once

#include "ops/number.h"

namespace torchactiv {

// The distance from 1 to the next number below it, of the type that N is computed in.
template <Number N>
constexpr double step_below_one = exponent_limit<N> < 200 ? 0x1p-24 : 0x1p-53;

// ln(1 + z) for -1 <= z <= 0; log1p itself is for arguments that are not near -1.
template <Number N>
N inverse_expm1(N z) {
  return -log1p(at_most(-z / (N(1.0) + z), N(1 / step_below_one<N>)));
}

// artanh(y) for -1 <= y <= 1.
template <Number N>
N inverse_tanh(N y) {
  const N magnitude = abs(y);
  return copysign(N(0.5) * log1p(at_most(N(2.0) * magnitude / (N(1.0) - magnitude), N(2 / step_below_one<N>))), y);
}

}  // namespace torchactiv
