// The error function and its scaled complement in vectors. V is a batch. Coefficients:
// tools/polynomial_coefficients.py. The errors that are named here are tested by tests/cpp/vector.
#pragma once

#include <limits>

#include "csrc/simd/chosen_exponential.h"
#include "csrc/simd/tabled_error_function.h"

namespace torchactiv::TORCHACTIV_ISA {

constexpr double erfcx_centre = 3;
// erfcx(a) (a + 3) of t = (a - 3) / (a + 3), to a relative error of 2^-31.24.
constexpr double single_erfcx[] = {
    0x1.12f21dde7d5ecp+0,   -0x1.c44c471b2cc38p-1,  0x1.2e32689b9eff6p-1,   -0x1.3deb21a1a52c1p-2,
    0x1.e99646f0148d0p-4,   -0x1.b7893261b995bp-6,  -0x1.3e56cad40ab4ap-10, 0x1.8d9b8151f431dp-9,
    -0x1.1c76e3b2e7c6bp-11, -0x1.207a428a4c8ebp-12, 0x1.9df3de53db552p-14,  0x1.d1b604be2a269p-16,
    -0x1.5936a1c6abad1p-17, -0x1.4e91386b2d061p-19,
};
// The same, to a relative error of 2^-55.46.
constexpr double double_erfcx[] = {
    0x1.12f21ddd9f5e2p+0,   -0x1.c44c471baa374p-1,  0x1.2e326945de2b9p-1,   -0x1.3deb21415ddfap-2,
    0x1.e995f11b16aa7p-4,   -0x1.b78993d68d5bap-6,  -0x1.3dd3e70e0eb72p-10, 0x1.8dae3a17dc088p-9,
    -0x1.1f78e177a3d92p-11, -0x1.2238fa7f5e4dap-12, 0x1.c3253ed960088p-14,  0x1.fdfe9fa2148ebp-16,
    -0x1.251b1f7ae723ap-16, -0x1.3eb389ff5ae0cp-18, 0x1.7321c2f44cfc8p-19,  0x1.0c1d2e8dd9465p-20,
    -0x1.b59fabbcb267bp-22, -0x1.f62972b3d7686p-23, 0x1.882bbf72b1d6fp-25,  0x1.b78e1728feacep-25,
    -0x1.894818cb65d6cp-31, -0x1.2a8ec48f11fe6p-27, -0x1.28bb52589230ep-30, 0x1.bd72ec510d9fep-31,
    0x1.8e15cade97893p-33,
};
// -erfcx'(a) (a + 3)^2 of t, to a relative error of 2^-32.12.
constexpr double single_erfcx_slope[] = {
    0x1.f518416bc5961p+0,   -0x1.793f58309f2e5p+1,  0x1.59ddfb589ed9fp+1,  -0x1.b8509dad37ccfp+0,
    0x1.76ab3c7988ea7p-1,   -0x1.3ac1277d74517p-3,  -0x1.e70be376f9b4dp-6, 0x1.d5863272417e6p-6,
    -0x1.3f79c7285002dp-9,  -0x1.f6f875440261ep-9,  0x1.b5beb86cf245bp-11, 0x1.261285dceaa78p-11,
    -0x1.3770767560858p-13, -0x1.7017075e0d185p-14, 0x1.05985d52b481fp-16, 0x1.4651d465c75cbp-17,
};
// The same, to a relative error of 2^-56.21.
constexpr double double_erfcx_slope[] = {
    0x1.f518416b7479dp+0,   -0x1.793f5830c4317p+1,  0x1.59ddfb6ce9cb4p+1,   -0x1.b8509d88237d6p+0,
    0x1.76ab35ca7bc19p-1,   -0x1.3ac1400c52fefp-3,  -0x1.e70527fe23848p-6,  0x1.d58c72800b9f0p-6,
    -0x1.404fdb2d80728p-9,  -0x1.f7c2dfee5776fp-9,  0x1.bd031103405f1p-11,  0x1.2d29f24170fdcp-11,
    -0x1.5ac9308b6e6b4p-13, -0x1.b9449a58edf1ap-14, 0x1.bbaeb51d7144cp-16,  0x1.79db7678b4b47p-16,
    -0x1.803f3e70fa482p-19, -0x1.53d74987558d5p-18, -0x1.d3122ff834118p-23, 0x1.2042838b48272p-20,
    0x1.189d662c67502p-22,  -0x1.9d0ff51277baep-23, -0x1.914980f0cce08p-24, 0x1.ad24d54dd1070p-26,
    0x1.547a842621849p-26,  -0x1.d61c2cfc35843p-30, -0x1.180667954ac46p-29,
};
constexpr double erf_reach = 4.3;  // beyond, erf is 1 to 2^-29.6
// erf(a) / a of 2 (a / 4.3)^2 - 1 for |a| <= 4.3, to a relative error of 2^-29.73.
constexpr double single_erf[] = {
    0x1.50c63f94968ffp-2,  -0x1.50a9ad1ea7865p-3, 0x1.f7f66648e88a7p-4,   -0x1.a0c9f6d416906p-4, 0x1.65562c24e48fcp-4,
    -0x1.34043927f3567p-4, 0x1.0577dc1c22bfep-4,  -0x1.ae376ca2964e2p-5,  0x1.52a6ec43d3462p-5,  -0x1.fd2dcd54d7062p-6,
    0x1.7029612fd3da9p-6,  -0x1.ecc23ef64714fp-7, 0x1.1f91bf3bb243bp-7,   -0x1.648b602c8f89ep-8, 0x1.1566a14d18842p-8,
    -0x1.1859d44089560p-9, 0x1.13be88b751891p-13, -0x1.29f373bcceb3dp-13, 0x1.12ae4ed0b88f7p-11, -0x1.c579d593495c8p-13,
};
// erf(a) / a of a^2 for |a| <= 1, to a relative error of 2^-29.34.
constexpr double short_small_erf[] = {
    0x1.20dd74fece720p+0, -0x1.81273e7a02443p-2,  0x1.ce2d10ed44e09p-4,  -0x1.b7faba961c85ap-6,
    0x1.541270c79ca2cp-8, -0x1.a45087f1a200ap-11, 0x1.4a5690869d13fp-14,
};
// The same, to a relative error of 2^-56.67.
constexpr double double_small_erf[] = {
    0x1.20dd750429b6dp+0,  -0x1.812746b0379c1p-2,  0x1.ce2f21a040f66p-4,  -0x1.b82ce31203772p-6,
    0x1.565bccfa44156p-8,  -0x1.c02db0665e53dp-11, 0x1.f9a2be4f731a1p-14, -0x1.f4ca838adb73bp-17,
    0x1.b981d78881a5dp-20, -0x1.5c131500d3f88p-23, 0x1.d76af6ca49787p-27, -0x1.ac9585a44fe29p-31,
};

// 0 .. infinity as t in [-1, 1], on which what is left of erfcx when its pole is taken out is smooth.
template <class V>
struct ErfcxArgument {
  V inverse, t;

  explicit ErfcxArgument(const V& a) : inverse(V(1.0) / (a + V(erfcx_centre))) {
    if constexpr (V::is_single)
      t = fma(inverse, V(-2 * erfcx_centre), V(1.0));
    else  // this way the error of the inverse counts less; the bound is for infinity, times 0
      t = (at_most(a, V(std::numeric_limits<typename V::Scalar>::max())) - V(erfcx_centre)) * inverse;
  }
};

// A polynomial of t; by Horner's scheme, which cancels less than even and odd powers apart, where that matters.
template <class V, int count>
V of_erfcx_argument(const V& t, const double (&coefficients)[count]) {
  if constexpr (V::is_single) return polynomial(t, t * t, coefficients);
  V sum(coefficients[count - 1]);
  for (int i = count - 2; i >= 0; --i) sum = fma(sum, t, V(coefficients[i]));
  return sum;
}

// e^(a^2) erfc(a) for a >= 0. Relative errors: 2^-31.2 in double for a float, 2^-49.8 in double, 2^-21.3 in a float
// that will be rounded to 16 bits. NaN stays, infinity gives 0.
template <Vector V>
V erfcx(const V& a) {
  const ErfcxArgument<V> x(a);
  if constexpr (V::is_single || V::is_short)
    return of_erfcx_argument(x.t, single_erfcx) * x.inverse;
  else
    return of_erfcx_argument(x.t, double_erfcx) * x.inverse;
}

// erfcx'(a) for a >= 0: 2 a erfcx(a) - 2 / sqrt(pi), which would cancel for large a. Errors as those of
// erfcx, but 2^-49.6 in double, and 2^-20 in a float that will be rounded to 16 bits.
template <Vector V>
V erfcx_slope(const V& a) {
  const ErfcxArgument<V> x(a);
  const V inverse_square = -x.inverse * x.inverse;
  if constexpr (V::is_single || V::is_short)
    return of_erfcx_argument(x.t, single_erfcx_slope) * inverse_square;
  else
    return of_erfcx_argument(x.t, double_erfcx_slope) * inverse_square;
}

// erf of any a; near 0 it keeps its relative precision and its sign. Relative errors: 2^-29.6 in double for a float,
// 3.1 ulp in double, 2^-21.8 in a float that will be rounded to 16 bits. NaN stays, infinities give +-1.
template <Vector V>
V erf(const V& a) {
  if constexpr (V::is_single && has_tables) return tabled_single_erf(a);
  const V square = a * a;
  if constexpr (V::is_single) {
    const V t = fma(square, V(2 / (erf_reach * erf_reach)), V(-1.0));
    return select(abs(a) > V(erf_reach), copysign(V(1.0), a), a * polynomial(t, t * t, single_erf));
  } else {
    const V magnitude = abs(a), exponent = -at_most(square, V(100.0)), fourth = square * square;
    V small, e;
    if constexpr (V::is_short) {
      small = polynomial(square, fourth, short_small_erf);
      e = rounded_exponential(exponent, float_curvature);
    } else {
      small = polynomial(square, fourth, double_small_erf);
      e = rounded_exponential(exponent, double_curvature);
    }
    const V large = V(1.0) - e * erfcx(magnitude);
    return select(magnitude < V(1.0), a * small, copysign(large, a));
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
