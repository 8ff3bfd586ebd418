// x F(x) and its derivative for a distribution F that is symmetric, by tables in registers. V is a batch of floats.
#pragma once

#include "csrc/simd/logistic.h"
#include "csrc/simd/segment_polynomial.h"
#include "csrc/simd/tabled_exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

// Of a = |x|, an exponential that falls as F(-a) does, and the polynomial of F(-a) over it.
template <class Tables, class V>
V gate(const V& x, const V& a, const TabledFall<V>& fall, const SegmentPolynomial<Tables, V>& tail) {
  const V left = fall.product(a, tail.sum, tail.low).high;
  return negative_fma(left, V(fall.unit), maximum_or_second(V(0.0), x));  // the maximum of -0 and 0 is x
}
// The derivative; `slope` is the polynomial of that at -a over the exponential.
template <class Tables, class V>
V gate_slope(const V& x, const TabledFall<V>& fall, const SegmentPolynomial<Tables, V>& slope) {
  return from_smaller(x, fall.product(slope.sum, slope.low).high, fall.unit);
}

}  // namespace torchactiv::TORCHACTIV_ISA
