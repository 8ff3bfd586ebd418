// e^x in the form that takes the CPU the least time: by tables in registers, or by a polynomial, whose curvature
// matters only then. V is a vector of floats or doubles, or a batch of them.
#pragma once

#include "csrc/simd/exponential.h"
#include "csrc/simd/tabled_exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

// 2^shift e^x, reduced. x is a V or a Pair<V>.
template <class V, class X, int count>
auto reduced(const X& x, const double (&curvature)[count], double shift = 0) {
  if constexpr (TabledFloats<V>)
    return TabledReduced<V>(x, shift);
  else
    return reduce(x, curvature, shift);
}

// Left: -product_limit <= x <= 60 or NaN. Right: -60 <= x <= product_limit or NaN.
template <Tail tail, class V, class X, int count>
auto split_exponential(const X& x, const double (&curvature)[count]) {
  return split<tail, V>(reduced<V>(x, curvature));
}

// e^x rounded. Largest error: 1 ulp in float with the fine polynomial or by tables, 1.15 with the other, 4.5 of what
// will be rounded to 16 bits; 1.1 ulp in double. |x| <= limit or NaN; what is beyond the largest number becomes
// infinity.
template <class V, int count>
V rounded_exponential(const V& x, const double (&curvature)[count]) {
  if constexpr (TabledFloats<V>) return tabled_exponential(x);
  return polynomial_exponential(x, curvature);
}

}  // namespace torchactiv::TORCHACTIV_ISA
