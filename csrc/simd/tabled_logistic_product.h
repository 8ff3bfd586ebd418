// Products with the sigmoid and with the slope of x sigmoid(x), by tables in registers. V is a batch of floats. The
// errors that are named here are tested by tests/cpp/vector. NaN stays; factors may be infinite.
//
// Factors are taken apart into mantissas and exponents, and powers of e are limited, so that nothing is denormal or
// infinite before the product is.
#pragma once

#include "csrc/simd/limited_argument.h"
#include "csrc/simd/logistic_slopes.h"

namespace torchactiv::TORCHACTIV_ISA {

// 2^unit e^a, up to 2^highest, for 0 <= a <= far_logistic; and what is divided by it times 2^octaves.
template <TabledFloats V, int unit, int octaves, int highest>
class LimitedRise {
  using Tabled = TabledReduced<V>;

 public:
  TabledExponential<V> e;

  template <class A>
  explicit LimitedRise(const A& a) : LimitedRise(Tabled(a, unit - octaves)) {}
  // y 2^(exponent + octaves), over what is missing of e^a.
  V restore(const V& y, const V& exponent) const {
    return times_power_of_two(y, fma(power_, V(1 / Tabled::octave), exponent));
  }

 private:
  explicit LimitedRise(const Tabled& tabled) : LimitedRise(tabled, power_for(tabled.whole_power())) {}
  LimitedRise(const Tabled& tabled, const V& power) : e(tabled.of_index(tabled.index + power)), power_(power) {}
  static V power_for(const V& whole) {
    return minimum_or_second(V(octaves * Tabled::octave), V(Tabled::zero + highest * Tabled::octave) - whole);
  }

  V power_;
};

// e^a, of which what is divided by 1 + e^a and then by 2^octaves is restored.
constexpr int most_of_rise = 95;  // what is lost of 2^-95 is no denormal
template <class V, int octaves>
using RiseFrom1 = LimitedRise<V, 0, octaves, most_of_rise>;
constexpr double nearly_whole = 65;  // e^65 is below 2^95; the sigmoid of 65 is 1

// whole - part / (1 + e^a), rounded and what rounding took.
template <TabledFloats V, int octaves>
Pair<V> remains(const V& whole, const V& part, const RiseFrom1<V, octaves>& rise) {
  const V one(1.0), sum = rise.e.added_to(rise.e.scale + one), quotient = part / sum, high = whole - quotient;
  if constexpr (V::is_short) return {high, V(0.0)};
  const V remainder =
      negative_fma(quotient, rise.e.error(one - (sum - rise.e.scale)), negative_fma(quotient, sum, part));
  return {high, negative_fma(remainder, estimated_inverse(sum), (whole - high) - quotient)};
}

// x sigmoid(x) y. Largest error: 0.8 ulp.
template <TabledFloats V>
V logistic_gate_product(const V& x, const V& y) {
  const V near = at_least(x, V(-far_logistic)), m = mantissa(near);
  const RiseFrom1<V, 2> rise(abs(at_most(near, V(nearly_whole))));
  const Pair<V> gate = remains(maximum_or_second(V(0.0), m), abs(m), rise);
  const V of_y = mantissa(y);
  const V product = V::is_short ? of_y * gate.high : fma(of_y, gate.high, of_y * gate.low);
  return rise.restore(product, exponent(near) + exponent(y));
}

// gate sigmoid(z) (y + 1) of z = x * factor, of any size, where gate is x but where the factor is 0 (ops/tame.h).
// Largest error: 1.1 ulp.
template <TabledFloats V>
  requires(!V::is_short)
V tabled_scaled_gate_product(const V& gate, const V& x, const V& factor, const V& y) {
  const V z = x * factor, near = between(z, -far_logistic, nearly_whole);
  const RiseFrom1<V, 1> rise(magnitude_of_product(x, factor, z, near));
  const auto negative = z < V(0.0);
  const V m = mantissa(gate);
  const Pair<V> value = remains(select(negative, V(0.0), m), select(negative, -m, m), rise);
  const V next = y + V(1.0), number = finite(next);
  const V magnitude = fma(value.low, number, fma(value.high, y, value.high));
  const V product = copysign(magnitude, value.high * next);  // where y is -1 it is 0
  // An infinite exponent would turn NaN into a number.
  return rise.restore(product, fma(number, V(0.0), select(z <= V(-far_logistic), V(-1000.0), exponent(gate))));
}

// The slope of x sigmoid(x) at a number, from a multiple of that at -|x|.
template <TabledFloats V>
Pair<V> slope_of_gate(const typename V::Mask& negative, const Pair<V>& left, double multiple) {
  const V one(multiple), right = one - left.high, lost = ((one - right) - left.high) - left.low;
  return {select(negative, left.high, right), select(negative, left.low, lost)};
}

// Its derivatives: of x sigmoid(x) times y, largest error 1.95 ulp where the first is 1/16 or more, else 2^-27.2 y; and
// x sigmoid(x), 1.5 ulp.
template <TabledFloats V>
  requires(!V::is_short)
std::array<V, 2> logistic_gate_product_slopes(const V& x, const V& y) {
  constexpr int octaves = -100;  // the power of e is without limit where x sigmoid(x) is a float
  constexpr double unit = 0x1p-100, inverse = 0x1p100, nearest = 130;  // beyond, the slope is 1
  const V a = abs(between(x, -far_logistic, nearest));
  const LimitedRise<V, octaves, octaves + 1, -octaves> rise(a);
  const FallingLogistic<V> s(rise.e, unit);
  const Pair<V> slope = slope_of_gate(x < V(0.0), s.fine_gate_slope(a), inverse);
  const V m = mantissa(y), product = fma(m, slope.high, m * slope.low);
  const V gate = negative_fma(a * s.rounded(), V(unit), maximum_or_second(V(0.0), x));
  return {rise.restore(product, exponent(y)), gate};
}

// Its derivatives: that of x sigmoid(x) at z, times y + 1, largest error 2 ulp where the first is 1/16 or more; and
// gate sigmoid(z), 2 ulp.
template <TabledFloats V>
std::array<V, 2> tabled_scaled_gate_product_slopes(const V& gate, const V& x, const V& factor, const V& y) {
  const V z = x * factor, near = between(z, -far_logistic, nearly_whole);
  const auto negative = z < V(0.0);
  const auto a = magnitude_of_product(x, factor, z, near);
  const RiseFrom1<V, 0> rise(a);
  const FallingLogistic<V> s(rise.e, 1.0);
  V product;
  if constexpr (V::is_short) {
    product = select(negative, s.gate_slope(a), V(1.0) - s.gate_slope(a)) * (y + V(1.0));
  } else {
    const Pair<V> slope = slope_of_gate(negative, s.fine_gate_slope(a), 1.0);
    const V number = finite(y), next = number + V(1.0), lost = number - (next - V(1.0));
    product = fma(slope.high, next, fma(slope.high, lost, slope.low * next));
    product = fma(y - number, slope.high, product);  // infinite where y is
  }
  const V multiple = select(z <= V(-far_logistic), V(0.0), gate), smaller = s.rounded();
  const V value = multiple * select(negative, smaller, V(1.0) - smaller);
  return {rise.restore(product, V(0.0)), rise.restore(value, V(0.0))};
}

}  // namespace torchactiv::TORCHACTIV_ISA
