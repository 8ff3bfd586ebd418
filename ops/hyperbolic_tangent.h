#pragma once

#include "ops/fine_expm1.h"
#include "ops/number.h"

namespace torchactiv {

// tanh(z) but for the sign of -0, and its slope 1 - tanh(z)^2, which keeps its digits in the tails; from one
// exponential and one division.
template <Number N>
struct HyperbolicTangent {
  N value, slope;

  explicit HyperbolicTangent(const N& z) {
    const N doubled = limited(N(2.0) * z, -700.0, 700.0), m = narrow(expm1(doubled)), inverse = N(1.0) / (m + N(2.0));
    value = m * inverse;
    slope = N(4.0) * (exp(doubled) * inverse) * inverse;
  }
};

// tanh(z) to the digits of the type that N is computed in, for where it cancels with something else.
template <Number N>
N fine_tanh(const N& z) {
  const N m = FineExpm1<N>(limited(N(2.0) * z, -700.0, 700.0)).value;
  return copysign(m / (m + N(2.0)), z);
}

}  // namespace torchactiv
