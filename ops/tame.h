#pragma once

#include <concepts>
#include <limits>

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

// factor * x + c, likewise.
template <Number N>
N scaled_plus(const N& x, const N& factor, const N& c) {
  return fma(tame(x, factor), factor, c);
}

// Where one of the two may be infinite. To the tangent of a jet, what does not vary adds nothing, in scaled() as well
// (csrc/numbers/jet.h).
template <Number N>
N unbounded_product(const N& a, const N& b) {
  return a * b;
}
template <Number N>
N unbounded_product(const N& a, const Wide<N>& b)
  requires(!std::same_as<N, Wide<N>>)
{
  return product(a, b);
}
template <Number N>
N unbounded_ratio(const N& a, const N& b) {
  return a / b;
}
template <Number N>
N unbounded_fma(const N& a, const N& b, const N& c) {
  return fma(a, b, c);
}

// What stands for x at an infinity; a jet has the tangent of x there.
template <Number N>
N standing_for(const N&, const N& value) {
  return value;
}
// x, which a jet does not differentiate where the mask holds.
template <Number N>
N constant_where(const Mask<N>&, const N& x) {
  return x;
}
// What a number tends to that was calculated of what stands for an infinity: what is much tends to infinity, and what
// is as little to 0. Of a jet this is true of the tangent as well.
template <Number N>
N tended(const N& a, double much) {
  const N magnitude = abs(a);
  return select(magnitude > N(much), copysign(N(std::numeric_limits<double>::infinity()), a),
                select(magnitude < N(1 / much), copysign(N(0.0), a), a));
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
