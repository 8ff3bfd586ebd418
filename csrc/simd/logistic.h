// The logistic sigmoid of vectors of floats or doubles, V. The errors are tested by tests/cpp/vector,
// and over all floats by tests/accuracy.
#pragma once

#include "csrc/simd/chosen_exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

// The sigmoid of -a is unit / (unit + unit e^a), in which e^a cannot overflow, nor does the reciprocal of the sum
// underflow: divisions take almost twice as long where a number is denormal.
template <class Scalar>
struct Logistic;
template <>
struct Logistic<float> {
  static constexpr const auto& curvature = float_curvature;
  static constexpr double unit = 0x1p-30, shift = -30;
  static constexpr double lowest = -104, highest = 40;  // of the sigmoid; beyond, it rounds to 0 and to 1
};
template <>
struct Logistic<double> {
  static constexpr const auto& curvature = double_curvature;
  static constexpr double unit = 0x1p-60, shift = -60;
  static constexpr double lowest = -745.2, highest = 40;
};

// multiple / (unit + unit e^a) of floats, of e^a with the shift.
template <class V, class Reduced>
V uncorrected_logistic(const Reduced& reduced, double multiple) {
  const auto e = reduced.exponential();
  return V(multiple) / e.added_to(e.scale + V(Logistic<float>::unit));
}

// f(x) of an f that adds up to 1 with f(-x), where x is negative or not; `smaller` is f(-|x|), but for the unit.
template <class V>
V from_smaller(const typename V::Mask& negative, const V& smaller, double unit) {
  return fma(smaller, select(negative, V(unit), V(-unit)), select(negative, V(0.0), V(1.0)));
}
template <class V>
V from_smaller(const V& x, const V& smaller, double unit) {
  return from_smaller(x < V(0.0), smaller, unit);
}

// The sigmoid without correction, of floats. Largest error: 1.75 ulp where it is 1/16 or more, 1.9 of a pair;
// elsewhere 2^-27.3 (absolute), and 2.5 ulp in the tail, 5.1 of what will be rounded to 16 bits.
template <class V>
V quick_logistic(const V& x) {
  using L = Logistic<float>;
  if constexpr (TabledFloats<V> && !V::is_short) {
    // What is looked up has so many bits that its sum with 1 is exact only where it is the larger one.
    const V a = at_most(abs(x), V(-L::lowest));
    return from_smaller(x, uncorrected_logistic<V>(reduced<V>(a, fine_float_curvature, L::shift), 1.0), L::unit);
  } else {
    const V limited = at_most(at_least(x, V(L::lowest)), V(L::highest));
    return uncorrected_logistic<V>(reduced<V>(-limited, fine_float_curvature, L::shift), L::unit);
  }
}
template <class V>
V quick_logistic(const Pair<V>& x) {
  using L = Logistic<float>;
  const V high = at_most(at_least(x.high, V(L::lowest)), V(L::highest));
  return uncorrected_logistic<V>(reduce(Pair<V>(-high, -x.low), fine_float_curvature, L::shift), 1.0) * V(L::unit);
}

// The sigmoid. Largest error: 0.87 ulp in float, 1.3 in double; of what will be rounded to 16 bits as above. NaN stays,
// infinities give 0 and 1.
template <class V>
V logistic(const V& x) {
  using L = Logistic<typename V::Scalar>;
  if constexpr (V::is_short) {
    return quick_logistic(x);
  } else {
    const auto e = reduced<V>(at_most(abs(x), V(-L::lowest)), L::curvature, L::shift).exponential();
    const V unit(L::unit), sum = e.added_to(e.scale + unit), inverse = V(1.0) / sum;
    const V error = e.error(unit - (sum - e.scale));
    const V remainder = negative_fma(inverse, error, negative_fma(inverse, sum, V(1.0)));
    return from_smaller(x, fma(inverse, remainder, inverse), L::unit);
  }
}

// The slope of the sigmoid, q - q^2 with q the sigmoid of -|x|. Largest error: 1.96 ulp where it is 1/16 or more,
// elsewhere 2^-27 (absolute), and 2.5 ulp in the tails, 5.1 of what will be rounded to 16 bits. Of floats.
template <class V>
V logistic_slope(const V& x) {
  using L = Logistic<float>;
  const V a = at_most(abs(x), V(-L::lowest));
  const V q = uncorrected_logistic<V>(reduced<V>(a, fine_float_curvature, L::shift), L::unit);
  return negative_fma(q, q, q);
}

// The sigmoid of a float as unit * inverse * (1 + remainder), to a relative error of 2^-24.7, which underflows nowhere
// for -120 <= x <= 43 or NaN; and 1 minus it to one of 2^-22.7. Restored: 0.87 ulp.
template <class V>
struct SplitLogistic {
  static constexpr double unit = 0x1p-48, shift = -48;
  V inverse, remainder;

  explicit SplitLogistic(const V& x) {
    const auto e = reduced<V>(-x, float_curvature, shift).exponential();
    const V one(unit), larger = maximum_or_second(e.scale, one), smaller = minimum_or_second(e.scale, one);
    const V base = larger + smaller, sum = e.added_to(base);
    const V error = e.error(base - sum) + (smaller - (base - larger));
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
