// tanh by tables in registers. V is a batch of floats. The error that is named here is tested by tests/cpp/vector.
#pragma once

#include "csrc/simd/register_tables.h"
#include "csrc/simd/segment_polynomial.h"

namespace torchactiv::TORCHACTIV_ISA {

// Largest error: 0.6 ulp; 2^-22 of a number that will be rounded to 16 bits. Keeps the sign of 0. NaN stays, infinities
// give +-1.
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, float>)
V tabled_tanh(const V& x) {
  using Tables = HyperbolicTangentTables;
  const V a = minimum_or_second(V(Tables::farthest), abs(x));
  const SegmentPolynomial<Tables, V> quotient(a, Tables::quotient);
  if constexpr (V::is_short) return copysign(a * quotient.sum, x);
  return copysign(fma(a, quotient.sum, a * quotient.low), x);
}

}  // namespace torchactiv::TORCHACTIV_ISA
