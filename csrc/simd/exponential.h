// e^x in vectors: of floats, as exactly as a pair of floats; and of doubles.
//
// x = n ln 2 + r with |r| <= ln(2) / 2, and a polynomial in r. V is a vector or a batch of them. Coefficients:
// tools/polynomial_coefficients.py. The errors that are named here are tested by tests/cpp/vector.
#pragma once

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

// e^x = 2^power * (1 + r + curved); `biased` is what power_of_two takes, which then gives 2^(power + shift).
template <class V>
struct Reduced {
  V biased, power, r, curved;
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

// e^x = scale * (1 + r + curved), scale a power of two between 2^-farthest and 2^farthest. Farther out in the tail e^x
// is replaced by what it is there, which is nothing beside 1, or beside which 1 is nothing. restore() multiplies by
// what is missing, 2^rest, in what is proportional to e^x on the left, or to e^-x on the right; restore_product() is
// for |x| up to product_limit. Largest errors: of the pair 2^-24.7 of e^x, 2^-25 of that of a pair x; of rounded() 1.1
// ulp in double, 1.15 in float. Restored: in float 0.92 ulp and 1.1 of a product; in double 1.1 ulp, 1.6 of e^-x, 2
// of a product.
template <class V>
struct SplitExponential {
  V scale, r, curved, rest;

  V rounded() const { return fma(scale, r + curved, scale); }
  Pair<V> pair() const {
    const V sum = rounded();
    return {sum, error(scale, sum)};
  }
  // e^x + c with a relative error no larger than that of e^x.
  Pair<V> plus(double constant) const {
    const V c(constant), larger = maximum_or_second(scale, c), smaller = minimum_or_second(scale, c);
    const V base = larger + smaller, sum = fma(scale, r + curved, base);
    return {sum, error(base, sum) + (smaller - (base - larger))};
  }
  // e^x - 1 with a relative error of 2^-23.8 as a pair, also where it cancels; rounded, 1.3 ulp in float and 1.7 in
  // double.
  Pair<V> minus_one() const {
    const V base = scale - V(1.0), sum = fma(scale, r + curved, base);
    return {sum, error(base, sum) + (scale - (base + V(1.0)))};
  }
  V restore(const V& y) const { return times_power_of_two(y, rest); }
  V restore_product(const V& y) const { return times_small_power_of_two(y, rest); }

 private:
  // What rounding took from base + scale * (r + curved), where |base| is not below the other term.
  V error(const V& base, const V& sum) const { return fma(scale, curved, fma(scale, r, base - sum)); }
};

template <Tail tail, class V>
SplitExponential<V> split(const Reduced<V>& reduced) {
  using R = Reduction<typename V::Scalar>;
  const auto& [biased, power, r, curved] = reduced;
  if constexpr (tail == Tail::left) {
    const V near = maximum_or_second(biased, V(R::round - R::farthest));
    return {power_of_two(near), r, curved, biased - near};
  } else {
    const V near = minimum_or_second(biased, V(R::round + R::farthest));
    return {power_of_two(near), r, curved, near - biased};
  }
}

// Of x, a V or a Pair<V>. Left: -product_limit <= x <= 60 or NaN. Right: -60 <= x <= product_limit or NaN.
template <Tail tail, class X, int count>
auto split_exponential(const X& x, const double (&curvature)[count]) {
  return split<tail>(reduce(x, curvature));
}

// e^x rounded. Largest error: 1 ulp in float with the fine polynomial and 1.15 with the other, 1.1 ulp in double.
// |x| <= limit or NaN; what is beyond the largest number becomes infinity.
template <class V, int count>
V rounded_exponential(const V& x, const double (&curvature)[count]) {
  const auto [biased, power, r, curved] = reduce(x, curvature);
  return times_small_power_of_two(V(1.0) + (r + curved), power);
}

}  // namespace torchactiv::TORCHACTIV_ISA
