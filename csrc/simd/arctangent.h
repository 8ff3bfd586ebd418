// The arctangent in vectors. V is a batch. Coefficients: tools/polynomial_coefficients.py. The errors that are named
// here are tested by tests/cpp/vector.
#pragma once

#include <numbers>

#include "csrc/simd/exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

// atan(z) / z of z^2 for |z| <= 1, to a relative error of 2^-30.74.
constexpr double single_arctangent[] = {
    0x1.fffffffc2a380p-1, -0x1.55554e0e469f1p-2, 0x1.9997487e0a8d1p-3,  -0x1.246cdc54ccccbp-3,
    0x1.c4a3bc440e5b2p-4, -0x1.67d5dafeabbdep-4, 0x1.11d441ed69f45p-4,  -0x1.67dc8deede52ep-5,
    0x1.67058e7678bcfp-6, -0x1.ccc30f71c7f9cp-8, 0x1.153ed56f10b71p-10,
};
// The same, to a relative error of 2^-57.03.
constexpr double double_arctangent[] = {
    0x1.0000000000000p+0,  -0x1.5555555555500p-2, 0x1.9999999993702p-3,  -0x1.2492492327bf2p-3, 0x1.c71c716e724e1p-4,
    -0x1.745d1099f743ep-4, 0x1.3b135af6a0e88p-4,  -0x1.110df7e57b3d8p-4, 0x1.e1b7b5bcacd55p-5,  -0x1.ae4da39abd8c9p-5,
    0x1.82a3c93dd0230p-5,  -0x1.59180bd7d7b67p-5, 0x1.2b18b9c197546p-5,  -0x1.e69dd6d612131p-6, 0x1.643110da5054fp-6,
    -0x1.c012fe85b6413p-7, 0x1.cd48e33ffd1aep-8,  -0x1.6fa050a5cad37p-9, 0x1.a53135c884a6dp-11, -0x1.328ae5000addbp-13,
    0x1.a7d4ff1d17f2cp-17,
};

// Beyond 1, pi / 2 - atan(1 / a).
template <Vector V, std::size_t n>
V arctangent(const V& a, const double (&coefficients)[n]) {
  const V magnitude = abs(a), one(1.0);
  const auto large = magnitude > one;
  const V z = select(large, V(-1.0), magnitude) / at_least(magnitude, one), square = z * z, fourth = square * square;
  const V slope = polynomial(square, fourth, coefficients);
  return copysign(fma(z, slope, select(large, V(std::numbers::pi / 2), V(0.0))), a);
}

// atan(a) of any a. Relative errors: 2^-30.7 in double for a float, 5 ulp in double, 2^-21.5 in a float that will be
// rounded to 16 bits. The sign of 0 and NaN stay, infinities give +-pi / 2.
template <Vector V>
V atan(const V& a) {
  if constexpr (V::is_single || V::is_short)
    return arctangent(a, single_arctangent);
  else
    return arctangent(a, double_arctangent);
}

// The same to all digits of a double where there are doubles, for what cancels behind it.
template <Vector V>
V fine_atan(const V& a) {
  if constexpr (V::is_single)
    return arctangent(a, double_arctangent);
  else
    return atan(a);
}

}  // namespace torchactiv::TORCHACTIV_ISA
