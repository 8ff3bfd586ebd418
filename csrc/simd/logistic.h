// The logistic sigmoid of vectors of floats or doubles, V. The errors are tested by tests/cpp/vector,
// and over all floats by tests/accuracy.
#pragma once

#include "csrc/simd/exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

// 1 / (1 + e^-x) is calculated as unit / (unit + unit e^-x), in which e^-x cannot overflow.
template <class Scalar>
struct Logistic;
template <>
struct Logistic<float> {
  static constexpr const auto& curvature = float_curvature;
  static constexpr double unit = 0x1p-24, shift = -24;
  static constexpr double lowest = -104, highest = 40;  // beyond, the result rounds to 0 and to 1
};
template <>
struct Logistic<double> {
  static constexpr const auto& curvature = double_curvature;
  static constexpr double unit = 0x1p-60, shift = -60;
  static constexpr double lowest = -745.2, highest = 40;
};

// Largest error: 0.87 ulp in float, 2.5 in one that will be rounded to 16 bits, 1.3 in double. NaN stays, infinities
// give 0 and 1.
template <class V>
V logistic(const V& x) {
  using L = Logistic<typename V::Scalar>;
  const V limited = at_most(at_least(x, V(L::lowest)), V(L::highest));
  const auto [biased, power, r, curved] = reduce(-limited, L::curvature);
  const V unit(L::unit), scale = power_of_two(biased + V(L::shift));
  const V base = scale + unit, sum = fma(scale, r + curved, base);
  if constexpr (V::is_short) return unit / sum;
  const V error = fma(scale, curved, fma(scale, r, base - sum)) + ((scale - base) + unit);
  const V inverse = V(1.0) / sum, remainder = negative_fma(inverse, error, negative_fma(inverse, sum, V(1.0)));
  return fma(inverse, remainder, inverse) * unit;
}

// The same without the correction, of floats. Largest error: 1.75 ulp where it is 1/16 or more, 1.9 of a pair;
// elsewhere 2^-27.3 (absolute), and 2.5 ulp in the tail.
template <class V>
V quick_logistic(const Reduced<V>& inverse_exponential) {
  const auto& [biased, power, r, curved] = inverse_exponential;
  const V unit(Logistic<float>::unit), scale = power_of_two(biased);
  return unit / fma(scale, r + curved, scale + unit);
}
template <class V>
V quick_logistic(const V& x) {
  using L = Logistic<float>;
  return quick_logistic(reduce(-at_most(at_least(x, V(L::lowest)), V(L::highest)), fine_float_curvature, L::shift));
}
template <class V>
V quick_logistic(const Pair<V>& x) {
  using L = Logistic<float>;
  const V high = at_most(at_least(x.high, V(L::lowest)), V(L::highest));
  return quick_logistic(reduce(Pair<V>(-high, -x.low), fine_float_curvature, L::shift));
}

// The slope of the sigmoid, q - q^2 with q the sigmoid of -|x|. Largest error: 1.96 ulp where it is 1/16 or more,
// elsewhere 2^-27 (absolute), and 2.5 ulp in the tails. Of floats.
template <class V>
V logistic_slope(const V& x) {
  using L = Logistic<float>;
  const V q = quick_logistic(reduce(at_most(abs(x), V(-L::lowest)), fine_float_curvature, L::shift));
  return negative_fma(q, q, q);
}

// The sigmoid of a float as unit * inverse * (1 + remainder), to a relative error of 2^-24.7, which underflows nowhere
// for -120 <= x <= 43 or NaN; and 1 minus it to one of 2^-22.7. Restored: 0.87 ulp.
template <class V>
struct SplitLogistic {
  static constexpr double unit = 0x1p-48, shift = -48;
  V inverse, remainder;

  explicit SplitLogistic(const V& x) {
    const auto [biased, power, r, curved] = reduce(-x, float_curvature, shift);
    const V one(unit), scale = power_of_two(biased);
    const V larger = maximum_or_second(scale, one), smaller = minimum_or_second(scale, one);
    const V base = larger + smaller, sum = fma(scale, r + curved, base);
    const V error = fma(scale, curved, fma(scale, r, base - sum)) + (smaller - (base - larger));
    inverse = V(1.0) / sum;
    remainder = negative_fma(inverse, error, negative_fma(inverse, sum, V(1.0)));
  }
  Pair<V> value() const { return {inverse, remainder * inverse}; }
  Pair<V> complement() const {
    const V one(1.0), near = inverse * V(unit), high = one - near;
    return {high, negative_fma(remainder, near, (one - high) - near)};
  }
  V restore(const V& y) const { return y * V(unit); }
};

}  // namespace torchactiv::TORCHACTIV_ISA
