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

// Largest error: 0.87 ulp in float, 2.3 in one that will be rounded to 16 bits, 1.2 in double. NaN stays, infinities
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

}  // namespace torchactiv::TORCHACTIV_ISA
