// Sine and cosine in vectors. V is a batch. Coefficients: tools/polynomial_coefficients.py. The errors that are named
// here are tested by tests/cpp/vector.
#pragma once

#include <numbers>
#include <type_traits>

#include "csrc/simd/exponential.h"
#include "csrc/simd/large_angle.h"

namespace torchactiv::TORCHACTIV_ISA {

// sin(r) / r of r^2 for |r| <= pi / 2, to a relative error of 2^-35.12.
constexpr double single_sine[] = {
    0x1.ffffffffda64dp-1,   -0x1.5555554430073p-3, 0x1.11110bff18345p-7,
    -0x1.a017cfa19a561p-13, 0x1.71701042593abp-19, -0x1.9a68e3ee95c23p-26,
};
// (sin(r) / r - 1) / r^2 of r^2, to a relative error of 2^-59.41.
constexpr double double_sine_curvature[] = {
    -0x1.5555555555555p-3,  0x1.1111111111107p-7,  -0x1.a01a01a018aa6p-13, 0x1.71de3a54562a8p-19,
    -0x1.ae6455a1a9e7ep-26, 0x1.6124014cbe2fcp-33, -0x1.ae513415aadccp-41, 0x1.89a3f16388edcp-49,
};

// pi in parts, high to low (Cody & Waite). Up to `farthest` from 0, the product of any but the last with a multiple of
// 1/2 is exact, with or without fma.
struct SinglePi {
  static constexpr double farthest = 0x1p21, parts[] = {0x1.921fb544p+1, 0x1.0b4611a626331p-33};
};
struct DoublePi {
  static constexpr double farthest = 0x1p21, parts[] = {0x1.921fb544p+1, 0x1.0b4611a6p-33, 0x1.3198a2e037073p-68};
};
struct ShortPi {
  static constexpr double farthest = 0x1p12, parts[] = {0x1.92p+1, 0x1.fb4p-11, 0x1.444p-23, 0x1.68c234p-38};
};
template <class V>
using PiOf = std::conditional_t<V::is_single, SinglePi, std::conditional_t<V::is_short, ShortPi, DoublePi>>;

template <class V>
bool any_beyond(const V& a, double farthest) {
  using Part = decltype(a.v[0] + a.v[0]);
  Part largest(farthest);
  for (const Part& part : a.v) largest = maximum_or_second(abs(part), largest);  // not of NaN
  return any(largest > Part(farthest));
}

// Adding it leaves an integer in the low bits.
template <class Scalar>
constexpr double integer_round = std::same_as<Scalar, double> ? 0x1.8p52 : 0x1.8p23;

template <class V>
FromZero<V> select(const typename V::Mask& m, const FromZero<V>& a, const FromZero<V>& b) {
  return {select(m, a.biased, b.biased), select(m, a.distance, b.distance)};
}

// As from_zero_of_large, of any a.
template <class V>
FromZero<V> from_zero(const V& a, double half) {
  constexpr double round = integer_round<typename V::Scalar>, farthest = PiOf<V>::farthest;
  FromZero<V> result;
  V zero;  // the place of the nearest zero over pi
  if (half == 0) {
    result.biased = fma(a, V(std::numbers::inv_pi), V(round));
    zero = result.biased - V(round);
  } else {
    result.biased = fma(a, V(std::numbers::inv_pi), V(-half)) + V(round + 2 * half);
    zero = (result.biased - V(round + 2 * half)) + V(half);
  }
  result.distance = a;
  for (const double part : PiOf<V>::parts) result.distance = fma(zero, V(-part), result.distance);
  if (any_beyond(a, farthest)) [[unlikely]]
    return select(V(farthest) < abs(a), from_zero_of_far(a, half), result);
  return result;
}

// Beyond what is reduced in the type itself; one vector of doubles at a time, for which the registers suffice.
template <class V>
[[gnu::noinline]] FromZero<V> from_zero_of_far(const V& a, double half) {
  FromZero<V> result;
  if constexpr (std::same_as<typename V::Scalar, double>) {
    using One = Batch<Double, 1, V::is_single ? Rounding::to_32_bits : Rounding::own>;
    for (int i = 0; i < V::parts; ++i) {
      const auto [biased, distance] = from_zero_of_large(One(a.v[i]), half);
      result.biased.v[i] = biased.v[0];
      result.distance.v[i] = distance.v[0];
    }
  } else {
    using Two = Batch<Double, 2, Rounding::to_32_bits>;
    for (int i = 0; i < V::parts; ++i) {
      const auto [biased, distance] = from_zero(Two(low_half(a.v[i]), high_half(a.v[i])), half);
      const Two moved = biased - Two(integer_round<double> - integer_round<float>);
      result.biased.v[i] = join(moved.v[0], moved.v[1]);
      result.distance.v[i] = join(distance.v[0], distance.v[1]);
    }
  }
  return result;
}

// The sine of the distance from the nearest zero, alternating in sign from zero to zero; where half is 0.5, the cosine,
// which falls through its zero at pi / 2: a 1 more makes that odd.
template <class V>
V oscillation(const V& a, double half) {
  const auto [biased, r] = from_zero(a, half);
  const V square = r * r, fourth = square * square;
  V magnitude;
  if constexpr (V::is_single || V::is_short)
    magnitude = r * polynomial(square, fourth, single_sine);
  else
    magnitude = r * fma(square, polynomial(square, fourth, double_sine_curvature), V(1.0));
  return negated_where_odd(magnitude, biased);
}

// sin(a), cos(a) of any a. Relative errors: 2^-35 in double for a float below 2^300 (near a zero of an a that is no
// float, absolute: 2^-64), 3.5 ulp in double, 2^-21.8 in a float that will be
// rounded to 16 bits. sin keeps the sign of 0. NaN stays, infinities give NaN.
template <Vector V>
V sin(const V& a) {
  return oscillation(a, 0);
}
template <Vector V>
V cos(const V& a) {
  return oscillation(a, 0.5);
}

}  // namespace torchactiv::TORCHACTIV_ISA
