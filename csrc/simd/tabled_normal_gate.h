// x Phi(x) and its derivative, Phi being the normal distribution, by tables in registers. V is a batch of floats. The
// errors that are named here are tested by tests/cpp/vector.
#pragma once

#include <array>

#include "csrc/simd/batch.h"
#include "csrc/simd/normal_gate_tables.h"

namespace torchactiv::TORCHACTIV_ISA {

// What all are made of for a = |x|: e^(-a^2 / 2) = 2^(steps / Tables::steps) (1 + growth), with |growth| <= 0.045, and
// the polynomial of a's segment as a sum of two numbers.
template <class V>
struct TabledNormalGate {
  using Tables = NormalGateTables;
  V a, steps, power_high, power_low, growth, sum, low;

  // Beyond `farthest` x Phi(x) is 0 or x.
  static constexpr double farthest = 14.6;

  template <std::size_t rows>
  TabledNormalGate(const V& x, const float (&table)[rows][32]) : a(minimum_or_second(V(farthest), abs(x))) {
    const V half = V(-0.5) * a, exponent = half * a, round(0x1.8p23);
    const V lost = V::is_short ? V(0.0) : fma(half, a, -exponent);  // no bits of the square of a 16-bit number
    const V biased = fma(exponent, V(Tables::steps * 0x1.715476p+0), round);
    steps = biased - round;
    const V r = fma(steps, V(-Tables::step_high), exponent) + fma(steps, V(-Tables::step_low), lost);
    growth = fma(r * r, fma(r, V(1.0 / 6), V(0.5)), r);
    power_high = lookup(Tables::powers_high, biased);
    power_low = lookup(Tables::powers_low, biased);

    const V shift(Tables::shift), shifted = a + shift, which = segment(shifted);
    const V d = a - (middle_of_segment(shifted) - shift);
    const V middle = lookup(table[0], which);
    V higher = lookup(table[rows - 1], which);
    for (std::size_t row = rows - 2; row > 2; --row) higher = fma(higher, d, lookup(table[row], which));
    const V first = lookup(table[2], which);
    if constexpr (V::is_short) {
      sum = fma(fma(higher, d, first), d, middle);
    } else {
      const V rest = fma(fma(higher, d, first), d, lookup(table[1], which));
      sum = middle + rest;
      low = rest - (sum - middle);
    }
  }
  // e^(-a^2 / 2) times high + rest, without the factor that scaled() brings.
  V rounded(const V& high, const V& rest) const {
    if constexpr (V::is_short) return fma(high, growth, high) * power_high;
    return fma(high, power_high, fma(rest, power_high, (high + rest) * fma(growth, power_high, power_low)));
  }
  // times 2^floor(steps / Tables::steps)
  V scaled(const V& y) const { return times_whole_power<Tables::steps>(y, steps); }

  // Of the tail's polynomial: x Phi(x), where a Phi(-a) is rounded last.
  V value(const V& x) const {
    const auto from = [&](const V& left) { return copysign(maximum_or_second(V(0.0), x) - scaled(left), x); };
    if constexpr (V::is_short) return from(a * rounded(sum, low));
    const V product = sum * power_high;
    const V rest = fma(low, power_high, fma(sum, power_low, fma(sum, power_high, -product)));
    return from(fma(a, product, a * fma(growth, product, rest)));
  }
  // The derivative, of e^(a^2 / 2) times that at -a.
  V slope(const V& x, const V& high, const V& rest) const {
    const V left = scaled(rounded(high, rest));
    return select(x < V(0.0), left, V(1.0) - left);
  }
};

// Largest error: 0.84 ulp; 2^-21.5 of a number that will be rounded to 16 bits. Keeps the sign of 0. NaN stays,
// -infinity gives -0.
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, float>)
V tabled_normal_gate(const V& x) {
  return TabledNormalGate<V>(x, NormalGateTables::tail).value(x);
}

// Largest errors: 2 ulp, but near the zero, 2^-27 where the result is below 1/16 (absolute). NaN stays, the infinities
// give 0 and 1.
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, float>)
V tabled_normal_gate_slope(const V& x) {
  const TabledNormalGate<V> n(x, NormalGateTables::slope);
  return n.slope(x, n.sum, n.low);
}

// Both, with the same errors. The slope at -a is Phi(-a) - a phi(a).
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, float>)
std::array<V, 2> tabled_normal_gate_and_slope(const V& x) {
  constexpr double density = 0x1.988454p-2, density_low = -0x1.857936p-27;  // 1 / sqrt(2 pi)
  const TabledNormalGate<V> n(x, NormalGateTables::tail);
  const V low = V::is_short ? V(0.0) : fma(n.a, V(-density_low), n.low);
  return {n.value(x), n.slope(x, fma(n.a, V(-density), n.sum), low)};
}

}  // namespace torchactiv::TORCHACTIV_ISA
