#pragma once

#include "ops/number.h"

namespace torchactiv {

// x, to be multiplied by a factor: finite where the factor is 0 or tends to it, lest infinity times 0 be no number.
// Where there is range to spare it is finite anyway: 1e90 times the least of floats is still beyond the largest, and
// its square times that of the largest float and e^-700 is still 0 among floats.
template <Number N>
N tame(const N& x, const N& factor) {
  if constexpr (NumberTraits<N>::has_spare_range)
    return limited(x, -1e90, 1e90);
  else
    return select(abs(factor) <= N(1e-290), limited(x, -3e38, 3e38), x);
}

// factor * x, which is 0 where the factor is, for an infinite x as well.
template <Number N>
N scaled(const N& x, const N& factor) {
  return tame(x, factor) * factor;
}

// x, of which the sine or cosine of a multiple is taken: as large as it may be, but for infinity, which has none.
template <Number N>
N finite_factor(const N& x) {
  constexpr double farthest = NumberTraits<N>::has_spare_range ? 1e39 : 1e300;
  return limited(x, -farthest, farthest);
}

// 0, but NaN where x is.
template <Number N>
N zero_like(const N& x) {
  return select(N(0.0) <= abs(x), N(0.0), x);
}

// 1, but NaN where x is.
template <Number N>
N one_like(const N& x) {
  return select(N(0.0) <= abs(x), N(1.0), x);
}

}  // namespace torchactiv
