// e^x and e^x - 1 in double vectors, to double precision and to what a float needs.
//
// x = n ln 2 + r with |r| <= ln(2)/2, e^r - 1 = r + r^2 Q(r). Coefficients: tools/exponential_coefficients.py.
#pragma once

#include "csrc/simd/simd.h"

namespace torchactiv::TORCHACTIV_ISA {

// Relative error of r + r^2 Q(r) against e^r - 1: 2^-30.93.
constexpr double single_quotient[] = {
    0x1.0000000ba132cp-1, 0x1.5555555a800cdp-3,  0x1.5554e8a22b84cp-5,
    0x1.1110e0c5c7f50p-7, 0x1.6d43af18200d3p-10, 0x1.a1256cd2f13c2p-13,
};
// Relative error of r + r^2 Q(r) against e^r - 1: 2^-60.83.
constexpr double double_quotient[] = {
    0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,  0x1.11111111100bep-7,
    0x1.6c16c16c162c3p-10, 0x1.a01a01abf85abp-13, 0x1.a01a01a6e1e2ap-16, 0x1.71de01fdbf9cap-19,
    0x1.27e4db46cddd1p-22, 0x1.af4e554377204p-26, 0x1.1f7340dbc337ep-29,
};

// x = power * ln 2 + r; `biased` holds the integer `power` in its low bits.
struct Reduced {
  Double biased, power, r;
};

// For |x| < 2^20. Largest error of r: 2^-54 relative to x where only one constant is used, 2^-86 with two.
template <bool two_constants>
inline Reduced reduce(Double x) {
  const Double shift(0x1.8p52);  // adding it rounds to an integer
  const Double biased = fma(x, Double(0x1.71547652b82fep+0), shift);
  const Double power = biased - shift;
  Double r;
  if constexpr (two_constants) {
    // Without a fused multiply-add the first product must be exact: 33 bits, times a power of at most 11 bits.
    r = fma(power, Double(-0x1.62e42fee00000p-1), x);
    r = fma(power, Double(-0x1.a39ef35793c76p-33), r);
  } else {
    r = fma(power, Double(-0x1.62e42fefa39efp-1), x);
  }
  return {biased, power, r};
}

template <int count>
inline Double expm1_of_reduced(Double r, const double (&quotient)[count]) {
  Double q(quotient[count - 1]);
  for (int i = count - 2; i >= 0; --i) q = fma(q, r, Double(quotient[i]));
  return fma(r * r, q, r);
}

// e^x to a relative error of 2^-30.8. -700 <= x <= 700 or NaN.
inline Double exp_single(Double x) {
  const Reduced reduced = reduce<false>(x);
  return scale_exponent(Double(1.0) + expm1_of_reduced(reduced.r, single_quotient), reduced.biased);
}

// e^x - 1 to a relative error of 2^-30.8, also near 0. -700 <= x <= 700 or NaN. expm1(-0) = -0.
inline Double expm1_single(Double x) {
  const Reduced reduced = reduce<false>(x);
  const Double power = scale_exponent(Double(1.0), reduced.biased);
  return fma(power, expm1_of_reduced(reduced.r, single_quotient), power - Double(1.0));
}

// e^x = mantissa * 2^power. Largest error of the mantissa: 0.8 ulp. |x| < 2^20 or NaN.
struct DoubleExponential {
  Double mantissa, power;
};
inline DoubleExponential exp_double(Double x) {
  const Reduced reduced = reduce<true>(x);
  return {Double(1.0) + expm1_of_reduced(reduced.r, double_quotient), reduced.power};
}

// e^x - 1. Largest error: 1.5 ulp. -700 <= x <= 700 or NaN. expm1(-0) = -0.
inline Double expm1_double(Double x) {
  const Reduced reduced = reduce<true>(x);
  const Double power = scale_exponent(Double(1.0), reduced.biased);
  return fma(power, expm1_of_reduced(reduced.r, double_quotient), power - Double(1.0));
}

// a * 2^n for any integral n with |n| < 2^11, rounding once where the result is denormal.
inline Double times_power_of_two(Double a, Double n) {
  const Double shift(0x1.8p52);
  const Double half_biased = fma(n, Double(0.5), shift);
  const Double rest_biased = n - (half_biased - shift) + shift;
  return a * scale_exponent(Double(1.0), half_biased) * scale_exponent(Double(1.0), rest_biased);
}

}  // namespace torchactiv::TORCHACTIV_ISA
