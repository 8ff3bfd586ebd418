// x Phi(x) and its derivative, Phi being the normal distribution, by tables in registers. V is a batch of floats. The
// errors that are named here are tested by tests/cpp/vector.
#pragma once

#include "csrc/simd/batch.h"
#include "csrc/simd/normal_gate_tables.h"

namespace torchactiv::TORCHACTIV_ISA {

// What both are made of for a = |x|: e^(-a^2 / 2) = 2^(steps / 16) (1 + growth), with |growth| <= 0.022, and the
// polynomial of a's segment as its value in the middle and what is added to that, which is small beside it or exact.
template <class V>
struct NormalGate {
  V a, steps, power_high, power_low, growth, middle, rest;

  // Beyond `farthest` x Phi(x) is 0 or x.
  static constexpr double farthest = 14.6;

  NormalGate(const V& x, const float (&table)[normal_gate_rows][32]) : a(minimum_or_second(V(farthest), abs(x))) {
    const V half = V(-0.5) * a, exponent = half * a, round(0x1.8p23);
    const V lost = V::is_short ? V(0.0) : fma(half, a, -exponent);  // no bits of the square of a 16-bit number
    const V biased = fma(exponent, V(16 * 0x1.715476p+0), round);
    steps = biased - round;
    const V r = fma(steps, V(-step_high), exponent) + fma(steps, V(-step_low), lost);
    growth = fma(r * r, fma(r, V(1.0 / 6), V(0.5)), r);
    power_high = lookup(powers_high, biased);
    power_low = lookup(powers_low, biased);

    const V shift(segment_shift), shifted = a + shift, segment = eighth(shifted);
    const V d = a - (middle_of_eighth(shifted) - shift);
    middle = lookup(table[0], segment);
    rest = lookup(table[normal_gate_rows - 1], segment);
    for (int row = normal_gate_rows - 2; row > 1; --row) rest = fma(rest, d, lookup(table[row], segment));
    rest = V::is_short ? rest * d : fma(rest, d, lookup(table[1], segment));
  }
  // e^(-a^2 / 2) times the polynomial, rounded three times, without the factor that scaled() brings.
  V rounded() const {
    const V sum = middle + rest;
    if constexpr (V::is_short) return fma(sum, growth, sum) * power_high;
    return fma(sum, power_high, sum * fma(growth, power_high, power_low));
  }
  // 2^(the whole part of steps / 16)
  V scaled(const V& y) const { return times_small_power_of_two(y, V(1.0 / 16) * steps); }
};

// Largest error: 0.80 ulp; 2^-21.5 of a number that will be rounded to 16 bits. Keeps the sign of 0. NaN stays,
// -infinity gives -0.
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, float>)
V tabled_normal_gate(const V& x) {
  const NormalGate<V> n(x, scaled_normal_tail_table);
  const auto from = [&](const V& left) { return copysign(maximum_or_second(V(0.0), x) - n.scaled(left), x); };
  if constexpr (V::is_short) return from(n.a * n.rounded());
  const V product = n.middle * n.power_high;
  const V low = fma(n.rest, n.power_high, fma(n.middle, n.power_low, fma(n.middle, n.power_high, -product)));
  const V small = fma(n.growth, fma(n.rest, n.power_high, product), low);
  return from(fma(n.a, product, n.a * small));
}

// Largest errors: 2 ulp, but near the zero, 2^-27 where the result is below 1/16. NaN stays, the infinities give 0
// and 1.
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, float>)
V tabled_normal_gate_slope(const V& x) {
  const NormalGate<V> n(x, normal_gate_slope_table);
  const V left = n.scaled(n.rounded());
  return select(x < V(0.0), left, V(1.0) - left);
}

}  // namespace torchactiv::TORCHACTIV_ISA
