// Sine and cosine in vectors. V is a batch. Coefficients: tools/polynomial_coefficients.py. The errors that are named
// here are tested by tests/cpp/vector.
#pragma once

#include <cmath>
#include <numbers>
#include <type_traits>

#include "csrc/simd/exponential.h"

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

// What is beyond, by the scalar function.
template <class V>
[[gnu::cold, gnu::noinline]] V replace_far(const V& a, const V& result, double farthest, double (*function)(double)) {
  typename V::Scalar arguments[V::lanes], results[V::lanes];
  a.store(arguments);
  result.store(results);
  for (int i = 0; i < V::lanes; ++i)
    if (std::fabs(arguments[i]) > farthest) results[i] = static_cast<typename V::Scalar>(function(arguments[i]));
  return V::load(results);
}

// Adding it leaves an integer in the low bits.
template <class Scalar>
constexpr double integer_round = std::same_as<Scalar, double> ? 0x1.8p52 : 0x1.8p23;

// sin or cos: either is the sine of the distance from the nearest zero, alternating in sign from zero to zero.
enum class Wave { sine, cosine };
template <Wave wave, class V>
V oscillation(const V& a) {
  constexpr double round = integer_round<typename V::Scalar>, half = wave == Wave::cosine ? 0.5 : 0;
  V biased, zero;  // zero: the place of the nearest zero over pi
  if constexpr (half == 0) {
    biased = fma(a, V(std::numbers::inv_pi), V(round));
    zero = biased - V(round);
  } else {  // the cosine falls through its zero at pi / 2: a 1 more makes that odd
    biased = fma(a, V(std::numbers::inv_pi), V(-half)) + V(round + 1);
    zero = (biased - V(round + 1)) + V(half);
  }
  V r = a;
  for (const double part : PiOf<V>::parts) r = fma(zero, V(-part), r);
  const V square = r * r, fourth = square * square;
  V magnitude;
  if constexpr (V::is_single || V::is_short)
    magnitude = r * polynomial(square, fourth, single_sine);
  else
    magnitude = r * fma(square, polynomial(square, fourth, double_sine_curvature), V(1.0));
  const V result = negated_where_odd(magnitude, biased);
  constexpr double farthest = PiOf<V>::farthest;
  if (any_beyond(a, farthest)) [[unlikely]]
    return replace_far(a, result, farthest, [](double x) { return wave == Wave::sine ? std::sin(x) : std::cos(x); });
  return result;
}

// sin(a), cos(a) of any a. Relative errors: 2^-35 in double for a float (near a zero of an a that is no float,
// absolute: 2^-64), 3.1 ulp in double, 2^-21.8 in a float that will be rounded to 16 bits. sin keeps the sign of 0. NaN
// stays, infinities give NaN.
template <Vector V>
V sin(const V& a) {
  return oscillation<Wave::sine>(a);
}
template <Vector V>
V cos(const V& a) {
  return oscillation<Wave::cosine>(a);
}

}  // namespace torchactiv::TORCHACTIV_ISA
