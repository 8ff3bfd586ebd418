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
// The same, to a relative error of 2^-61.41.
constexpr double double_sine[] = {
    0x1.0000000000000p+0,   -0x1.5555555555555p-3,  0x1.11111111110bcp-7,
    -0x1.a01a01a0147d9p-13, 0x1.71de3a528c5e5p-19,  -0x1.ae6454d01e78fp-26,
    0x1.6123ccc2fbc0ep-33,  -0x1.ae4398edcbd3dp-41, 0x1.8837bd64933eap-49,
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

// Beyond that, by the scalar function.
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
  V turns = a * V(std::numbers::inv_pi);
  if constexpr (half != 0) turns = turns - V(half);
  const V biased = turns + V(round);
  V zero = biased - V(round), r = a;  // the place of the nearest zero over pi
  if constexpr (half != 0) zero = zero + V(half);
  for (const double part : PiOf<V>::parts) r = fma(zero, V(-part), r);
  if constexpr (half != 0) r = -r;
  const V square = r * r, fourth = square * square;
  V magnitude;
  if constexpr (V::is_single || V::is_short)
    magnitude = r * polynomial(square, fourth, single_sine);
  else
    magnitude = r * polynomial(square, fourth, double_sine);
  const V result = negated_where_odd(magnitude, biased);
  constexpr double farthest = PiOf<V>::farthest;
  if (any(abs(a) > V(farthest))) [[unlikely]] {
    return replace_far(a, result, farthest, [](double x) { return wave == Wave::sine ? std::sin(x) : std::cos(x); });
  }
  return result;
}

// sin(a), cos(a) of any a. Relative errors: 2^-33 in double for a float (and for an a that is no float, of the result
// or of 2^-34), 2.5 ulp in double, 3 ulp in a float that will be rounded to 16 bits. sin keeps the sign of 0. NaN
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
