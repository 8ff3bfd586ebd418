// log(1 + x) in vectors. V is a batch. Coefficients: tools/polynomial_coefficients.py. The errors that are named here
// are tested by tests/cpp/vector.
#pragma once

#include <limits>

#include "csrc/simd/exponential.h"
#include "csrc/simd/segment_polynomial.h"
#include "csrc/simd/single_tables.h"

namespace torchactiv::TORCHACTIV_ISA {

// log(1 + f) / f for |f| <= 1/3, to a relative error of 2^-29.9.
constexpr double single_log1p_slope[] = {
    0x1.0000000000000p+0, -0x1.000000ab6e72ap-1, 0x1.55555692c7f52p-2, -0x1.fffe2059d5b1fp-3,
    0x1.9997dd871bb74p-3, -0x1.55b290e10362fp-3, 0x1.24e89780c2578p-3, -0x1.f163f1a7fbaefp-4,
    0x1.b997278481cd2p-4, -0x1.0b0c6f58c6d02p-3, 0x1.e783cea6043c9p-4,
};
// log(1 + f) = s (2 + s^2 Q(s^2)) with s = f / (2 + f) for |f| <= 1/3; this is Q, to a relative error of 2^-60.74.
constexpr double double_atanh_curvature[] = {
    0x1.5555555555555p-1, 0x1.9999999999f30p-2, 0x1.24924923dba6ap-2, 0x1.c71c72e2f78d5p-3,
    0x1.745cab2727663p-3, 0x1.3b29fcbbce66dp-3, 0x1.0e88ea4725d3dp-3, 0x1.16b68338bd78bp-3,
};
// The same for |s| <= 1/3, to a relative error of 2^-31.21.
constexpr double float_atanh_curvature[] = {
    0x1.5555558d7fe22p-1, 0x1.9998d485cf47ep-2, 0x1.24c926a40acd3p-2, 0x1.bc8cf8ddd5876p-3, 0x1.dba25f0718ee6p-3,
};

// log(1 + a) of a pair of floats, 0 <= a <= 1, to a relative error of 2^-25 beyond that of a; NaN stays.
// It is 2 s + s^3 Q(s^2) as above, of which the second term, 4 % of the first at most, needs one float only.
template <class V>
Pair<V> log1p(const Pair<V>& a) {
  const V two(2.0), d = a.high + two, d_error = (a.high - (d - two)) + a.low, inverse = V(1.0) / d;
  const V s = a.high * inverse, remainder = negative_fma(s, d_error, negative_fma(s, d, a.high) + a.low);
  const V s2 = s * s, curved = s * s2 * polynomial(s2, s2 * s2, float_atanh_curvature), s_low = remainder * inverse;
  const V high = s + s, low = (s_low + s_low) + curved, result = high + low;
  return {result, (high - result) + low};
}

// log(1 + a) for a > -1/2, accurate near 0 as well. Relative errors: 2^-29.9 in double for a float, 2.8 ulp in double,
// 2^-21.6 in a float that will be rounded to 16 bits. NaN stays, infinity gives infinity.
//
// 1 + a = 2^k (1 + f) with 1 + f in [2/3, 4/3). f is a itself where k is 0, and else its rounding error is nothing
// beside k ln 2, so that the error of 1 + a, of which k is taken, never counts.
template <Vector V>
V log1p(const V& a) {
  // Larger than 1 where 2^-k might be denormal; what becomes a float is nowhere near 2^1022.
  constexpr int shift = V::is_single ? 0 : 3;
  constexpr double unit = 1 << shift;
  const V near = fma(a, V(1.5 / unit), V(1.5 / unit)), inverse = inverse_power(near);  // inverse: unit / 2^k
  const V scaled = fma(a, inverse, inverse - V(unit));                                 // unit * f
  V power = exponent(near);
  if constexpr (shift) power = power + V(shift);
  V result;
  if constexpr (V::is_single || V::is_short) {
    const V f = shift ? scaled * V(1 / unit) : scaled;
    result = fma(power, V(0x1.62e42fefa39efp-1), f * polynomial(f, f * f, single_log1p_slope));
  } else {
    const V s = scaled / (scaled + V(2 * unit)), square = s * s;
    const V curved = square * polynomial(square, square * square, double_atanh_curvature);
    result = fma(power, V(0x1.62e42fefa39efp-1), fma(s, curved, s + s));
  }
  return select(a < V(std::numeric_limits<double>::infinity()), result, a);
}

// log(1 + a) of 0 <= a <= 1 in double for a float, by tables in registers (tools/single_tables.py), as exactly as
// above: the table has a relative error of 2^-33.5. NaN stays.
template <class V>
  requires(has_tables && V::is_single)
V tabled_log1p(const V& a) {
  return polynomial_of_nearest(a, SingleTables::log1p_step, SingleTables::log1p);
}

}  // namespace torchactiv::TORCHACTIV_ISA
