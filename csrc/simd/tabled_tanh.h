// tanh by tables in registers. V is a batch of floats. The error that is named here is tested by tests/cpp/vector.
#pragma once

#include "csrc/simd/pair.h"
#include "csrc/simd/register_tables.h"
#include "csrc/simd/segment_polynomial.h"

namespace torchactiv::TORCHACTIV_ISA {

// As x, whose magnitude is limited, times a quotient that depends on the magnitude.
template <class V>
struct TabledTanh {
  using Tables = HyperbolicTangentTables;
  V inside;
  SegmentPolynomial<Tables, V> quotient;

  explicit TabledTanh(const V& x) : TabledTanh(x, minimum_or_second(V(Tables::farthest), abs(x))) {}

 private:
  TabledTanh(const V& x, const V& a) : inside(copysign(a, x)), quotient(a, Tables::quotient) {}
};

// Largest error: 0.6 ulp; 2^-22 of a number that will be rounded to 16 bits. Keeps the sign of 0. NaN stays, infinities
// give +-1.
template <TabledFloats V>
V tabled_tanh(const V& x) {
  const TabledTanh<V> t(x);
  if constexpr (V::is_short) return t.inside * t.quotient.sum;
  return fma(t.inside, t.quotient.sum, t.inside * t.quotient.low);
}

// The same as a wide number, to a relative error of 2^-27.5 up to the farthest, of 2^-25.6 beyond, where it is +-1.
template <TabledFloats V>
auto tabled_wide_tanh(const V& x) {
  if constexpr (V::is_short) {
    return tabled_tanh(x);
  } else {
    const TabledTanh<V> t(x);
    const V rest = t.inside * t.quotient.low, sum = fma(t.inside, t.quotient.sum, rest);
    const V low = fma(t.inside, t.quotient.sum, -sum) + rest;
    return Pair<V>(sum, select(V(HyperbolicTangentTables::farthest) <= abs(x), V(0.0), low));
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
