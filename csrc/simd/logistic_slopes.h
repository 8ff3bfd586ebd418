// The sigmoid of numbers that are not positive, and slopes that are made of it. V is a batch of floats whose fma is one
// instruction. The errors that are named here are tested by tests/cpp/vector.
#pragma once

#include <array>

#include "csrc/simd/logistic.h"

namespace torchactiv::TORCHACTIV_ISA {

// The sigmoid of -a, a >= 0, as unit * (value + lost); q is unit * value, which may be denormal. Of what will be
// rounded to 16 bits, nothing is lost. Slopes are without the unit as well. The errors are those of the functions
// below.
template <FusedFloats V>
struct FallingLogistic {
  V value, q, lost;

  // Of the unit times e^a.
  template <class Exponential>
  FallingLogistic(const Exponential& e, double power) {
    const V unit(power), sum = e.added_to(e.scale + unit);
    value = V(1.0) / sum;
    q = value * unit;
    if constexpr (!V::is_short) {
      const V error = e.error(unit - (sum - e.scale));
      lost = value * negative_fma(value, error, negative_fma(value, sum, V(1.0)));
    }
  }

  V rounded() const {
    if constexpr (V::is_short) return value;
    return value + lost;
  }
  // The derivative of x sigmoid(x) at -a: sigmoid (1 - a (1 - sigmoid)). Where the second factor loses its leading
  // digits, nothing large is rounded in it; and what the sigmoid lacks counts less.
  template <class A>
  V gate_slope(const A& a) const {
    const auto [second, rest] = factor_and_rest(a);
    if constexpr (V::is_short) return value * second;
    return fma(value, second, rest);
  }
  // The same with its rounding error.
  template <class A>
  Pair<V> fine_gate_slope(const A& a) const {
    const auto [second, rest] = factor_and_rest(a);
    const V high = value * second;
    return {high, fma(value, second, -high) + rest};
  }
  // The derivative of the sigmoid.
  Pair<V> slope() const {
    const V high = rounded_slope();
    if constexpr (V::is_short) return {high, V(0.0)};
    return {high, fma(lost, fma(V(-2.0), q, V(1.0)), negative_fma(value, q, value - high))};
  }

 private:
  // What value is multiplied by, and what is to be added then.
  std::array<V, 2> factor_and_rest(const V& a) const {
    const V first = V(1.0) - a, second = fma(a, q, first);
    if constexpr (V::is_short) return {second, V(0.0)};
    return {second, lost * (second + (second - first))};
  }
  std::array<V, 2> factor_and_rest(const Pair<V>& a) const {
    const auto [second, rest] = factor_and_rest(a.high);
    return {second, negative_fma(a.low, rounded_slope(), rest)};
  }
  V rounded_slope() const { return negative_fma(value, q, value); }
};

// Of e^a for an a, which may be a pair, to farthest_gate: beyond, the slope is 0 or 1.
constexpr double farthest_gate = 120, gate_unit = 0x1p-48, gate_shift = -48;  // of what cannot overflow then
template <FusedFloats V, class A>
FallingLogistic<V> falling_logistic(const A& a) {
  return {reduced<V>(a, float_curvature, gate_shift).exponential(), gate_unit};
}

// The derivative of x sigmoid(x). Largest errors: 1.6 ulp where it is 1/16 or more, elsewhere 2^-27.1 (absolute), and
// 2.5 ulp in the tail; of a number that will be rounded to 16 bits 2^-23.2 (absolute). NaN stays, infinities give 0 and
// 1.
template <FusedFloats V>
V logistic_gate_slope(const V& x) {
  const V a = at_most(abs(x), V(farthest_gate));
  return from_smaller(x, falling_logistic<V>(a).gate_slope(a), gate_unit);
}
// The same of a multiple of x, by a factor that has more digits than a float.
template <FusedFloats V>
V logistic_gate_slope(const V& x, const Pair<V>& factor) {
  const Pair<V> a = factor * at_most(abs(x), V(farthest_gate) / factor.high);
  return from_smaller(x, falling_logistic<V>(a).gate_slope(a), gate_unit);
}
template <FusedFloats V>
  requires(V::is_short)
V logistic_gate_slope(const V& x, const V& factor) {
  return logistic_gate_slope(x * factor);
}

// x sigmoid(x). Largest error: 1 ulp, 5.5 of a number that will be rounded to 16 bits. Keeps the sign of 0. NaN stays,
// -infinity gives -0.
template <FusedFloats V>
V logistic_gate(const V& x, const V& a, const FallingLogistic<V>& s) {
  V left = a * s.value;
  if constexpr (!V::is_short) left = fma(a, s.value, a * s.lost);
  return negative_fma(left, V(gate_unit), maximum_or_second(V(0.0), x));  // the maximum of -0 and 0 is x
}
template <FusedFloats V>
V logistic_gate(const V& x) {
  const V a = at_most(abs(x), V(farthest_gate));
  return logistic_gate(x, a, falling_logistic<V>(a));
}
// Both, with the same errors.
template <FusedFloats V>
std::array<V, 2> logistic_gate_and_slope(const V& x) {
  const V a = at_most(abs(x), V(farthest_gate));
  const FallingLogistic<V> s = falling_logistic<V>(a);
  return {logistic_gate(x, a, s), from_smaller(x, s.gate_slope(a), gate_unit)};
}

}  // namespace torchactiv::TORCHACTIV_ISA
