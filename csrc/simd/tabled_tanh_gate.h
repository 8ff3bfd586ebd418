// x sigmoid(v(x)) and its derivative, v(x) = sqrt(8 / pi) (x + 0.044715 x^3), by tables in registers. V is a batch of
// floats. The errors that are named here are tested by tests/cpp/vector.
#pragma once

#include <array>

#include "csrc/simd/tabled_gate.h"

namespace torchactiv::TORCHACTIV_ISA {

// a = |x| and e^-v(a). Farther out the gate is 0 or x.
template <class V>
struct TabledTanhGate {
  V a;
  TabledFall<V> fall;

  explicit TabledTanhGate(const V& x) : a(minimum_or_second(V(TanhGateTables::farthest), abs(x))), fall(fall_of(a)) {}
  SegmentPolynomial<TanhGateTables, V> tail() const { return {a, TanhGateTables::tail}; }
  SegmentPolynomial<TanhGateSlopeTables, V> slope() const { return {a, TanhGateSlopeTables::slope}; }

 private:
  static TabledFall<V> fall_of(const V& a) {
    using Tables = TanhGateTables;
    const V square = a * a, high = fma(square, V(-Tables::cubic_high), V(-Tables::linear_high)), exponent = a * high;
    if constexpr (V::is_short) return {exponent, V(0.0)};
    const V of_square = fma(a, a, -square);
    const V constants =
        fma(square, V(-Tables::cubic_low), fma(of_square, V(-Tables::cubic_high), V(-Tables::linear_low)));
    const V low = fma(square, V(-Tables::cubic_high), V(-Tables::linear_high) - high) + constants;
    return {exponent, fma(a, low, fma(a, high, -exponent))};
  }
};

// Largest error: 0.86 ulp. Keeps the sign of 0. NaN stays, -infinity gives -0. Of what will be rounded to 16 bits the
// sigmoid's plain formula is faster.
template <TabledFloats V>
  requires(!V::is_short)
V tabled_tanh_gate(const V& x) {
  const TabledTanhGate<V> t(x);
  return gate(x, t.a, t.fall, t.tail());
}

// Largest errors: 2 ulp, but near the zero, 2^-27 where the result is below 1/16 (absolute); of a number that will be
// rounded to 16 bits 2^-20 (absolute). NaN stays, the infinities give 0 and 1.
template <TabledFloats V>
V tabled_tanh_gate_slope(const V& x) {
  const TabledTanhGate<V> t(x);
  return gate_slope(x, t.fall, t.slope());
}

// Both, with the same errors. Of a number that will be rounded to 16 bits: 2^-20.5, and 2^-16.8 in the tail, where what
// rounding took from v is not looked at.
template <TabledFloats V>
std::array<V, 2> tabled_tanh_gate_and_slope(const V& x) {
  const TabledTanhGate<V> t(x);
  return {gate(x, t.a, t.fall, t.tail()), gate_slope(x, t.fall, t.slope())};
}

}  // namespace torchactiv::TORCHACTIV_ISA
