// e^x and e^x - 1 in vectors: in float, in double to double precision, and in double to what a float needs.
//
// x = n ln 2 + r with |r| <= ln(2) / 2, and a polynomial in r. V is a vector or a batch of them. Coefficients:
// tools/exponential_coefficients.py. Errors: measured over all floats, for doubles over samples, by tests/accuracy and
// tests/cpp/vector.
#pragma once

#include "csrc/simd/batch.h"

namespace torchactiv::TORCHACTIV_ISA {

// e^r, to a relative error of 2^-28.42.
constexpr double single_exp[] = {
    0x1.0000000000000p+0, 0x1.000000a2f7194p+0, 0x1.00000028b7ad4p-1,  0x1.555402e3fd675p-3,
    0x1.5554ac342f261p-5, 0x1.12705af4765e4p-7, 0x1.6d75e5bb8107bp-10,
};
// (e^r - 1) / r, to a relative error of 2^-31.69.
constexpr double single_expm1_slope[] = {
    0x1.0000000000000p+0, 0x1.00000028b7ad4p-1,  0x1.555555676c1bbp-3,  0x1.5554ac342f261p-5,
    0x1.1110c5ed7d6c9p-7, 0x1.6d75e5bb8107bp-10, 0x1.a152099da25bap-13,
};
// r + r^2 Q(r) against e^r - 1; this is Q, to a relative error of 2^-25.15.
constexpr double float_curvature[] = {
    0x1.0000000000000p-1, 0x1.5554dc8961859p-3, 0x1.555518f5d1200p-5, 0x1.120be1dcb42dcp-7, 0x1.6d117cc039048p-10,
};
// r + r^2 Q(r) against e^r - 1; this is Q, to a relative error of 2^-60.58.
constexpr double double_curvature[] = {
    0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,  0x1.11111111100bep-7,
    0x1.6c16c16c162c3p-10, 0x1.a01a01abf85abp-13, 0x1.a01a01a6e1e2ap-16, 0x1.71de01fdbf9cap-19,
    0x1.27e4db46cddd1p-22, 0x1.af4e554377204p-26, 0x1.1f7340dbc337ep-29,
};

template <class V, int count>
V polynomial(const V& r, const double (&coefficients)[count]) {
  V sum(coefficients[count - 1]);
  for (int i = count - 2; i >= 0; --i) sum = fma(sum, r, V(coefficients[i]));
  return sum;
}

// x = power * ln 2 + r; `biased` holds the integer `power` in its low bits.
template <class V>
struct Reduced {
  V biased, power, r;
};

// For doubles, |x| < 2^20. Error of r: 2^-53 relative to x.
template <class V>
Reduced<V> reduce_once(const V& x) {
  const V shift(0x1.8p52);  // adding it rounds to an integer
  const V biased = fma(x, V(0x1.71547652b82fep+0), shift);
  const V power = biased - shift;
  return {biased, power, fma(power, V(-0x1.62e42fefa39efp-1), x)};
}

// The same with an error of 2^-86. Where fma rounds twice the first product is exact: 33 bits, times at most 11.
template <class V>
Reduced<V> reduce_twice(const V& x) {
  const V shift(0x1.8p52);
  const V biased = fma(x, V(0x1.71547652b82fep+0), shift);
  const V power = biased - shift;
  const V r = fma(power, V(-0x1.62e42fee00000p-1), x);
  return {biased, power, fma(power, V(-0x1.a39ef35793c76p-33), r)};
}

// e^x in double to a relative error of 2^-28. |x| <= 700 or NaN.
template <class V>
V exp_single(const V& x) {
  const auto [biased, power, r] = reduce_once(x);
  return scale_exponent(polynomial(r, single_exp), biased);
}

// e^x - 1 in double to a relative error of 2^-29, also near 0. |x| <= 700 or NaN. Loses the sign of -0.
template <class V>
V expm1_single(const V& x) {
  const auto [biased, power, r] = reduce_once(x);
  const V scale = scale_exponent(V(1.0), biased);
  return fma(scale, r * polynomial(r, single_expm1_slope), scale - V(1.0));
}

// e^x = mantissa * 2^power. Largest error of the mantissa: 0.8 ulp. |x| < 2^10 or NaN.
template <class V>
struct DoubleExponential {
  V mantissa, power;
};
template <class V>
DoubleExponential<V> exp_double(const V& x) {
  const auto [biased, power, r] = reduce_twice(x);
  return {V(1.0) + fma(r * r, polynomial(r, double_curvature), r), power};
}

// e^x - 1 in double. Largest error: 1.5 ulp. |x| <= 700 or NaN. Loses the sign of -0.
template <class V>
V expm1_double(const V& x) {
  const auto [biased, power, r] = reduce_twice(x);
  const V scale = scale_exponent(V(1.0), biased);
  return fma(scale, fma(r * r, polynomial(r, double_curvature), r), scale - V(1.0));
}

// e^x in float. Largest error: 0.7 ulp, denormal results included. -104 <= x <= 60 or NaN.
template <class V>
V exp_float(const V& x) {
  const V shift(0x1.8p23 + 32);  // the power is 32 too large, so that the scaled number is never denormal
  const V biased = fma(x, V(0x1.715476p+0), shift);
  const V power = biased - shift;
  const V high = fma(power, V(-0x1.62e400p-1), x);  // exact: 15 bits, times at most 150
  const V low = power * V(-0x1.7f7d1cp-20);
  const V r = high + low;
  const V mantissa = V(1.0) + (high + fma(r * r, polynomial(r, float_curvature), low));
  // Not scale_exponent(mantissa, biased): adding to the bits of a NaN could make a number of it.
  return mantissa * scale_exponent(V(1.0), biased) * V(0x1p-32);
}

// a * 2^n for doubles and any integral n with |n| < 2^11, rounding once where the result is denormal.
template <class V>
V times_power_of_two(const V& a, const V& n) {
  const V shift(0x1.8p52);
  const V half_biased = fma(n, V(0.5), shift);
  const V rest_biased = n - (half_biased - shift) + shift;
  return a * scale_exponent(V(1.0), half_biased) * scale_exponent(V(1.0), rest_biased);
}

}  // namespace torchactiv::TORCHACTIV_ISA
