#pragma once

#include "ops/number.h"

namespace torchactiv {

// tanh(z) but for the sign of a zero, and its slope 1 - tanh(z)^2, which keeps its digits in the tails; from one
// exponential and one division.
template <Number N>
struct HyperbolicTangent {
  N value, slope;

  explicit HyperbolicTangent(const N& z) {
    const Mask<N> left = z < N(0.0);
    const N doubled = at_least(N(2.0) * select(left, z, -z), N(-exponent_limit<N>));
    const auto [e, m] = exp_and_expm1(doubled);
    const N inverse = N(1.0) / (m + N(2.0)), magnitude = -m * inverse;
    value = select(left, -magnitude, magnitude);
    slope = N(4.0) * (e * inverse) * inverse;
  }
};

// tanh(z) to the digits of the type that N is computed in, for where it cancels with something else.
template <Number N>
N fine_tanh(const N& z) {
  constexpr double highest = 700;  // tanh(350) is 1, and e^700 a finite double
  const N m = fine_expm1(limited(N(2.0) * z, -highest, highest)).value;
  return copysign(m / (m + N(2.0)), z);
}

}  // namespace torchactiv
