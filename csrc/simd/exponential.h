// e^x in vectors: of floats, as exactly as a pair of floats; and of doubles.
//
// x = n ln 2 + r with |r| <= ln(2) / 2, and a polynomial in r. V is a vector or a batch of them. Coefficients:
// tools/polynomial_coefficients.py. The errors that are named here are tested by tests/cpp/vector.
#pragma once

#include <type_traits>

#include "csrc/simd/pair.h"

namespace torchactiv::TORCHACTIV_ISA {

// r + r^2 Q(r) against e^r - 1; this is Q, to a relative error of 2^-25.15.
constexpr double float_curvature[] = {
    0x1.0000000000000p-1, 0x1.5554dc8961859p-3, 0x1.555518f5d1200p-5, 0x1.120be1dcb42dcp-7, 0x1.6d117cc039048p-10,
};
// The same to a relative error of 2^-30.69.
constexpr double fine_float_curvature[] = {
    0x1.0000000ba132cp-1, 0x1.5555555a800cdp-3,  0x1.5554e8a22b84cp-5,
    0x1.1110e0c5c7f50p-7, 0x1.6d43af18200d3p-10, 0x1.a1256cd2f13c2p-13,
};
// r + r^2 Q(r) against e^r - 1; this is Q, to a relative error of 2^-60.58.
constexpr double double_curvature[] = {
    0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,  0x1.11111111100bep-7,
    0x1.6c16c16c162c3p-10, 0x1.a01a01abf85abp-13, 0x1.a01a01a6e1e2ap-16, 0x1.71de01fdbf9cap-19,
    0x1.27e4db46cddd1p-22, 0x1.af4e554377204p-26, 0x1.1f7340dbc337ep-29,
};

// Even and odd powers apart, which halves the chain of dependent operations; r2 is r * r.
template <class V, int count>
V polynomial(const V& r, const V& r2, const double (&coefficients)[count]) {
  const auto every_second = [&](int last) {
    V sum(coefficients[last]);
    for (int i = last - 2; i >= 0; i -= 2) sum = fma(sum, r2, V(coefficients[i]));
    return sum;
  };
  const V of_last = every_second(count - 1), of_other = every_second(count - 2);
  return count % 2 ? fma(r, of_other, of_last) : fma(r, of_last, of_other);
}

// What the reduction of a float or a double takes.
template <class Scalar>
struct Reduction;
template <>
struct Reduction<float> {
  static constexpr double round =
      0x1.8p23 + 127;  // adding it leaves an integer and the exponent's bias in the low bits
  static constexpr double log2_e = 0x1.715476p+0, ln2_high = 0x1.62e400p-1, ln2_low = 0x1.7f7d1cp-20;  // high: 15 bits
  static constexpr double limit = 120, product_limit = 200, farthest = 77;
};
template <>
struct Reduction<double> {
  static constexpr double round = 0x1.8p52 + 1023;
  static constexpr double log2_e = 0x1.71547652b82fep+0, ln2_high = 0x1.62e42fee00000p-1,
                          ln2_low = 0x1.a39ef35793c76p-33;
  static constexpr double limit = 760, product_limit = 1470, farthest = 900;
};

// A multiple of e^x as scale * (1 + r + curved); `scale` is a power of two.
template <class V>
struct PolynomialExponential {
  V scale, r, curved;

  // base + scale * (r + curved), and what rounding took from it where the difference of base and sum is exact.
  V added_to(const V& base) const { return fma(scale, r + curved, base); }
  V error(const V& difference) const { return fma(scale, curved, fma(scale, r, difference)); }
};

// e^x = 2^power * (1 + r + curved); `biased` is what power_of_two takes, which then gives 2^(power + shift).
template <class V>
struct Reduced {
  static constexpr double zero = Reduction<typename V::Scalar>::round, octave = 1;
  V biased, power, r, curved;

  // 2^shift e^x, and with another power of two; the powers count from `zero` in parts of an octave.
  PolynomialExponential<V> exponential() const { return of_power(biased); }
  PolynomialExponential<V> of_power(const V& whole) const { return {power_of_two(whole), r, curved}; }
  const V& whole_power() const { return biased; }
};
template <class V, int count>
Reduced<V> reduce(const V& x, const double (&curvature)[count], double shift = 0) {
  using R = Reduction<typename V::Scalar>;
  const V round(R::round + shift), biased = fma(x, V(R::log2_e), round), power = biased - round;
  const V r = fma(power, V(-R::ln2_low), fma(power, V(-R::ln2_high), x)), r2 = r * r;  // the inner one is exact
  return {biased, power, r, r2 * polynomial(r, r2, curvature)};
}
template <class V, int count>
Reduced<V> reduce(const Pair<V>& x, const double (&curvature)[count], double shift = 0) {
  using R = Reduction<typename V::Scalar>;
  const V round(R::round + shift), biased = fma(x.high, V(R::log2_e), round), power = biased - round;
  const V r = fma(power, V(-R::ln2_high), x.high) + fma(power, V(-R::ln2_low), x.low), r2 = r * r;  // first is exact
  return {biased, power, r, r2 * polynomial(r, r2, curvature)};
}

// Where e^x runs out of the range of its type: to 0 on the left, to infinity on the right.
enum class Tail { left, right };

// e^x = scale * (1 + rest), scale between 2^-farthest and 2^farthest, or twice that. Farther out in the tail e^x
// is replaced by what it is there, which is nothing beside 1, or beside which 1 is nothing. restore() multiplies by
// what is missing, 2^missing, in what is proportional to e^x on the left, or to e^-x on the right; restore_product() is
// for |x| up to product_limit. Largest errors: of the pair 2^-24.7 of e^x, 2^-25 of that of a pair x; of rounded() 1.1
// ulp in double, 1.15 in float. Restored: in float 0.92 ulp and 1.1 of a product; in double 1.1 ulp, 1.6 of e^-x, 2
// of a product.
template <class Exponential, class V>
struct SplitExponential : Exponential {
  V missing;

  V rounded() const { return this->added_to(this->scale); }
  Pair<V> pair() const {
    const V sum = rounded();
    return {sum, this->error(this->scale - sum)};
  }
  // e^x + c with a relative error no larger than that of e^x.
  Pair<V> plus(double constant) const {
    const V c(constant), larger = maximum_or_second(this->scale, c), smaller = minimum_or_second(this->scale, c);
    const V base = larger + smaller, sum = this->added_to(base);
    return {sum, this->error(base - sum) + (smaller - (base - larger))};
  }
  V restore(const V& y) const { return times_power_of_two(y, missing); }
  V restore_product(const V& y) const { return times_small_power_of_two(y, missing); }
};

// Of a Reduced or its like: the power so many octaves from 0, and the octaves from one power to another, where
// `sign` is 1, or the other way.
template <class V, class Reduced>
V power_at(double octaves) {
  return V(Reduced::zero + octaves * Reduced::octave);
}
template <class V, class Reduced, int sign = 1>
V octaves_between(const V& from, const V& to) {
  if constexpr (Reduced::octave != 1) return (to - from) * V(sign / Reduced::octave);  // as of_power() has it
  return sign == 1 ? to - from : from - to;
}

template <Tail tail, class V, class Reduced>
auto split(const Reduced& reduced) {
  constexpr int sign = tail == Tail::left ? -1 : 1;
  const V whole = reduced.whole_power(), end = power_at<V, Reduced>(sign * Reduction<typename V::Scalar>::farthest);
  const V near = tail == Tail::left ? maximum_or_second(whole, end) : minimum_or_second(whole, end);
  const auto e = reduced.of_power(near);
  return SplitExponential<std::remove_const_t<decltype(e)>, V>{e, octaves_between<V, Reduced, sign>(whole, near)};
}

// e^x - 1 with a relative error of 2^-23.8 as a pair, also where it cancels; rounded, 1.3 ulp in float and 1.7 in
// double. -product_limit <= x <= 60 or NaN.
template <class V, int count>
Pair<V> polynomial_expm1(const V& x, const double (&curvature)[count]) {
  const auto e = split<Tail::left, V>(reduce(x, curvature));
  const V base = e.scale - V(1.0), sum = e.added_to(base);
  return {sum, e.error(base - sum) + (e.scale - (base + V(1.0)))};
}

// e^x rounded, for what csrc/simd/chosen_exponential.h says.
template <class V, int count>
V polynomial_exponential(const V& x, const double (&curvature)[count]) {
  const auto [biased, power, r, curved] = reduce(x, curvature);
  return times_small_power_of_two(V(1.0) + (r + curved), power);
}

}  // namespace torchactiv::TORCHACTIV_ISA
