// x Phi(x) and its derivative, Phi being the normal distribution, by tables in registers. V is a batch of floats. The
// errors that are named here are tested by tests/cpp/vector.
#pragma once

#include <array>

#include "csrc/simd/tabled_gate.h"

namespace torchactiv::TORCHACTIV_ISA {

// a = |x| and e^(-a^2 / 2). Farther out x Phi(x) is 0 or x.
template <class V>
struct TabledNormalGate {
  V a;
  TabledFall<V> bell;

  explicit TabledNormalGate(const V& x)
      : a(minimum_or_second(V(NormalGateTables::farthest), abs(x))), bell(bell_of(a)) {}
  SegmentPolynomial<NormalGateTables, V> tail() const { return {a, NormalGateTables::tail}; }
  SegmentPolynomial<NormalGateTables, V> slope() const { return {a, NormalGateTables::slope}; }

 private:
  static TabledFall<V> bell_of(const V& a) {
    const V half = V(-0.5) * a, exponent = half * a;
    return {exponent, V::is_short ? V(0.0) : fma(half, a, -exponent)};  // the square of a 16-bit number lost no bits
  }
};

// Largest error: 0.84 ulp; 2^-21.5 of a number that will be rounded to 16 bits. Keeps the sign of 0. NaN stays,
// -infinity gives -0.
template <TabledFloats V>
V tabled_normal_gate(const V& x) {
  const TabledNormalGate<V> n(x);
  return gate(x, n.a, n.bell, n.tail());
}

// Largest errors: 2 ulp, but near the zero, 2^-27 where the result is below 1/16 (absolute). NaN stays, the infinities
// give 0 and 1.
template <TabledFloats V>
V tabled_normal_gate_slope(const V& x) {
  const TabledNormalGate<V> n(x);
  return gate_slope(x, n.bell, n.slope());
}

// Both, with the same errors. The slope at -a is Phi(-a) - a phi(a).
template <TabledFloats V>
std::array<V, 2> tabled_normal_gate_and_slope(const V& x) {
  constexpr double density = 0x1.988454p-2, density_low = -0x1.857936p-27;  // 1 / sqrt(2 pi)
  const TabledNormalGate<V> n(x);
  const auto tail = n.tail();
  auto slope = tail;
  if constexpr (!V::is_short) slope.low = fma(n.a, V(-density_low), tail.low);
  slope.sum = fma(n.a, V(-density), tail.sum);
  return {gate(x, n.a, n.bell, tail), gate_slope(x, n.bell, slope)};
}

}  // namespace torchactiv::TORCHACTIV_ISA
