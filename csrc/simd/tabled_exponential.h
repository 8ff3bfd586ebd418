// e^x by powers of two that are looked up in registers. V is a batch of floats. The errors that are named here are
// tested by tests/cpp/vector.
//
// x = n ln(2) / 16 + r, and a short polynomial in r. The powers 2^(n / 16) of the table have few bits, so that adding 1
// to them rounds nothing; what their logarithms lack is added to r (Gal & Bachelis 1991, An accurate elementary
// mathematical library for the IEEE floating point standard).
#pragma once

#include <bit>
#include <cstdint>

#include "csrc/simd/batch.h"
#include "csrc/simd/pair.h"
#include "csrc/simd/register_tables.h"

namespace torchactiv::TORCHACTIV_ISA {

// The powers as lookup_power wants them: less what their own index adds to the exponent.
struct PowersForExponents {
  float values[ExponentialTables::steps] = {};
  constexpr PowersForExponents() {
    for (int j = 0; j < ExponentialTables::steps; ++j)
      values[j] = std::bit_cast<float>(std::bit_cast<std::int32_t>(ExponentialTables::powers[j]) -
                                       (j << 23) / ExponentialTables::steps);
  }
};
inline constexpr PowersForExponents powers_for_exponents;

// A multiple of e^x as scale * (1 + growth); see PolynomialExponential (csrc/simd/exponential.h).
template <class V>
struct TabledExponential {
  V scale, growth;

  V added_to(const V& base) const { return fma(scale, growth, base); }
  V error(const V& difference) const { return fma(scale, growth, difference); }
};

// e^x = 2^(steps / octave) * (1 + growth), with `steps` and the shift in the lowest bits of `index`; see Reduced.
// |growth| <= 0.023, to an error of 2^-27.7; of a number that will be rounded to 16 bits to one of 2^-21.3. |x| <= 200
// or NaN; x is a V or a Pair<V>.
template <class V>
struct TabledReduced {
  using Tables = ExponentialTables;
  static constexpr double zero = 0x1.8p23, octave = Tables::steps;
  V index, steps, growth;

  template <class X>
  explicit TabledReduced(const X& x, double shift = 0) {
    const V round(zero + shift * octave);
    index = fma(leading(x), V(octave * 0x1.715476p+0), round);
    steps = index - round;
    const V r = rest(x) + lookup(Tables::missing_logarithms, index);
    growth = fma(r * r, fma(r, V(Tables::curvature[1]), V(Tables::curvature[0])), r);
  }
  TabledExponential<V> exponential() const { return of_index(index); }
  TabledExponential<V> of_power(const V& whole) const { return of_index(index + (whole - whole_power())); }
  V whole_power() const { return without_lowest_bits<std::countr_zero(unsigned{Tables::steps})>(index); }
  TabledExponential<V> of_index(const V& i) const { return {lookup_power(powers_for_exponents.values, i), growth}; }

 private:
  static const V& leading(const V& x) { return x; }
  static const V& leading(const Pair<V>& x) { return x.high; }
  V rest(const V& x) const {
    if constexpr (V::is_short) return fma(steps, V(-Tables::step_high - Tables::step_low), x);
    return fma(steps, V(-Tables::step_low), fma(steps, V(-Tables::step_high), x));  // the inner one is exact
  }
  V rest(const Pair<V>& x) const {
    return fma(steps, V(-Tables::step_high), x.high) + fma(steps, V(-Tables::step_low), x.low);
  }
};

// e^x rounded. Largest error: 0.77 ulp, 4.5 of a number that will be rounded to 16 bits. |x| <= 120 or NaN; what is
// beyond the largest number becomes infinity.
template <class V>
V tabled_exponential(const V& x) {
  const TabledReduced<V> e(x);
  const V power = lookup(ExponentialTables::powers, e.index);
  return times_whole_power<ExponentialTables::steps>(fma(power, e.growth, power), e.steps);
}

// Of -164 < x <= 0, by which others are multiplied that are of the size of 1.
template <class V>
struct TabledFall : TabledExponential<V> {
  static constexpr double shift = 110, unit = 0x1p-110;

  TabledFall(const V& x, const V& lost) : TabledExponential<V>(TabledReduced<V>(with(x, lost), shift).exponential()) {}
  explicit TabledFall(const Pair<V>& x) : TabledExponential<V>(TabledReduced<V>(x, shift).exponential()) {}

  // Times high + rest: rounded once, and what rounding took. Times the unit this is the product.
  Pair<V> product(const V& high, const V& rest) const {
    if constexpr (V::is_short) return {this->added_to(this->scale) * high, V(0.0)};
    return rounded(high, this->scale, this->scale * fma(high + rest, this->growth, rest));
  }
  Pair<V> product(const Pair<V>& a) const {
    if constexpr (V::is_short) return product(a.high + a.low, V(0.0));
    return product(a.high, a.low);
  }
  // The same times a.
  Pair<V> product(const V& a, const Pair<V>& b) const { return product(a, b.high, b.low); }
  Pair<V> product(const V& a, const V& high, const V& rest) const {
    if constexpr (V::is_short) return {a * product(high, rest).high, V(0.0)};
    const V first = high * this->scale, second = fma(rest, this->scale, fma(high, this->scale, -first));
    return rounded(a, first, a * fma(this->growth, first, second));
  }

 private:
  static auto with(const V& x, const V& lost) {
    if constexpr (V::is_short)
      return x;
    else
      return Pair<V>(x, lost);
  }
  static Pair<V> rounded(const V& a, const V& b, const V& c) {
    const V result = fma(a, b, c);
    return {result, fma(a, b, -result) + c};
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
