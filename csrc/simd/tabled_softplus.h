// ln(1 + e^x) by tables in registers. V is a batch of floats. The errors that are named here are tested by
// tests/cpp/vector.
#pragma once

#include "csrc/simd/segment_polynomial.h"
#include "csrc/simd/tabled_exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

// e^-a and, of the farthest a at most, ln(1 + e^-a) over it, for 0 <= a < 160.
template <class V>
struct TabledSoftplus {
  TabledFall<V> fall;
  SegmentPolynomial<SoftplusTables, V> tail;

  TabledSoftplus(const V& a, const V& lost)
      : fall(-a, lost), tail(minimum_or_second(V(SoftplusTables::farthest), a), SoftplusTables::tail) {}
};

// line + what a product was rounded to, times the unit. What rounding took goes to the line, where that is small enough
// to take it: else it does not matter.
template <class V>
V above_line(const V& line, const Pair<V>& product, const V& unit) {
  return fma(product.high, unit, fma(product.low, unit, line));
}

// ln(1 + e^(beta x)) / beta, for |beta x| < 160 where it is not x. Largest error: 1 ulp. NaN stays.
template <TabledFloats V>
  requires(!V::is_short)
V tabled_softplus(const V& x, const V& beta) {
  const V z = x * beta, lost = fma(x, beta, -z), inverse = V(1.0) / beta, missing = negative_fma(inverse, beta, V(1.0));
  const V unit(TabledFall<V>::unit), one(1.0);
  const auto steep = abs(inverse) < one;  // the unit goes where nothing overflows or underflows by it
  const auto negative = z < V(0.0);
  const TabledSoftplus<V> s(abs(z), select(negative, lost, -lost));
  const V low = fma(s.tail.sum, missing, s.tail.low);
  const auto product = s.fall.product(select(steep, inverse, inverse * unit), s.tail.sum, low);
  return above_line(select(negative, V(0.0), x), product, select(steep, unit, one));
}

// -ln(1 + e^-x). Largest error: 0.96 ulp. NaN stays, infinity gives -0.
template <TabledFloats V>
  requires(!V::is_short)
V tabled_log_sigmoid(const V& x) {
  const TabledSoftplus<V> s(minimum_or_second(V(110.0), abs(x)), V(0.0));
  const auto product = s.fall.product(s.tail.sum, s.tail.low);
  return -above_line(maximum_or_second(V(0.0), -x), product, V(TabledFall<V>::unit));
}

}  // namespace torchactiv::TORCHACTIV_ISA
