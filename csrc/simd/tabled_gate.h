// x F(x) and its derivative for a distribution F that is symmetric, by tables in registers. V is a batch of floats.
#pragma once

#include "csrc/simd/segment_polynomial.h"
#include "csrc/simd/tabled_exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

// Of a = |x|, an exponential that falls as F(-a) does, and the polynomial of F(-a) over it.
template <class Tables, class V>
V gate(const V& x, const V& a, const TabledExponential<V>& fall, const SegmentPolynomial<Tables, V>& tail) {
  const V left = fall.scaled(fall.product(a, tail.sum, tail.low).high);
  return copysign(maximum_or_second(V(0.0), x) - left, x);
}
// The derivative; `slope` is the polynomial of that at -a over the exponential.
template <class Tables, class V>
V gate_slope(const V& x, const TabledExponential<V>& fall, const SegmentPolynomial<Tables, V>& slope) {
  const V left = fall.scaled(fall.product(slope.sum, slope.low).high);
  return select(x < V(0.0), left, V(1.0) - left);
}

}  // namespace torchactiv::TORCHACTIV_ISA
