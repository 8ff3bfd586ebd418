// e^x by powers of two that are looked up in registers. V is a batch of floats.
#pragma once

#include "csrc/simd/batch.h"
#include "csrc/simd/pair.h"
#include "csrc/simd/register_tables.h"

namespace torchactiv::TORCHACTIV_ISA {

// e^(exponent + lost), for -160 < exponent <= 0, is 2^(steps / Tables::steps) (1 + growth) with |growth| <= 0.022 and,
// if `lost` is what the exponent lacks, a relative error of 2^-26.6; 2^-23.8 with the product's.
template <class V>
struct TabledExponential {
  using Tables = ExponentialTables;
  V steps, power_high, power_low, growth;

  TabledExponential(const V& exponent, const V& lost) {
    const V round(0x1.8p23), biased = fma(exponent, V(Tables::steps * 0x1.715476p+0), round);
    steps = biased - round;
    const V r = fma(steps, V(-Tables::step_high), exponent) + fma(steps, V(-Tables::step_low), lost);
    growth = fma(r * r, fma(r, V(1.0 / 6), V(0.5)), r);
    power_high = lookup(Tables::powers_high, biased);
    power_low = lookup(Tables::powers_low, biased);
  }
  // Times high + rest, without the factor that scaled() brings: rounded once, and what rounding took.
  Pair<V> product(const V& high, const V& rest) const {
    if constexpr (V::is_short) return {fma(high, growth, high) * power_high, V(0.0)};
    return rounded(high, power_high, fma(rest, power_high, (high + rest) * fma(growth, power_high, power_low)));
  }
  // The same times a.
  Pair<V> product(const V& a, const V& high, const V& rest) const {
    if constexpr (V::is_short) return {a * product(high, rest).high, V(0.0)};
    const V first = high * power_high;
    const V second = fma(rest, power_high, fma(high, power_low, fma(high, power_high, -first)));
    return rounded(a, first, a * fma(growth, first, second));
  }
  // Times 2^floor(steps / Tables::steps).
  V scaled(const V& y) const { return times_whole_power<Tables::steps>(y, steps); }

 private:
  static Pair<V> rounded(const V& a, const V& b, const V& c) {
    const V result = fma(a, b, c);
    return {result, fma(a, b, -result) + c};
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
