// e^x in doubles to the digits that a float needs. V is a batch of doubles.
//
// x = n ln 2 + r with |r| <= ln(2) / 2, and a polynomial in r; or, by a table in a register, x = n ln(2) / 8 + r with
// |r| <= ln(2) / 16, whose polynomial is half as long. Coefficients: tools/polynomial_coefficients.py; tables:
// tools/single_tables.py. The errors that are named here are tested by tests/cpp/vector.
#pragma once

#include <iterator>

#include "csrc/simd/exponential.h"
#include "csrc/simd/single_tables.h"

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

// e^x = scale * (1 + rest), to a relative error of `rest` of 2^-31. |x| <= 700 or NaN.
template <class V>
struct SplitSingle {
  V scale, rest;
};

// With r * (coefficients of rising powers of r) for `rest`.
template <class V, int count>
SplitSingle<V> split_by_table(const V& x, const double (&coefficients)[count]) {
  constexpr double parts = std::size(SingleTables::power);
  const V round(0x1.8p52), biased = fma(x, V(parts * 0x1.71547652b82fep+0), round), part = biased - round;
  const V r = fma(part, V(-0x1.62e42fefa39efp-1 / parts), x);
  V sum(coefficients[count - 1]);
  for (int i = count - 2; i >= 0; --i) sum = fma(sum, r, V(coefficients[i]));
  return {lookup_power(SingleTables::power, biased), r * sum};
}

// e^x, to a relative error of 2^-28. |x| <= 700 or NaN.
template <class V>
V exp_single(const V& x) {
  if constexpr (has_tables) {
    const auto [scale, rest] = split_by_table(x, SingleTables::slope);
    return fma(scale, rest, scale);
  } else {
    const V round(0x1.8p52 + 1023), biased = fma(x, V(0x1.71547652b82fep+0), round), power = biased - round;
    const V r = fma(power, V(-0x1.62e42fefa39efp-1), x);
    return polynomial(r, r * r, single_exp) * power_of_two(biased);
  }
}

template <class V>
SplitSingle<V> split_single(const V& x) {
  if constexpr (has_tables) return split_by_table(x, SingleTables::fine_slope);
  const V round(0x1.8p52 + 1023), biased = fma(x, V(0x1.71547652b82fep+0), round), power = biased - round;
  const V r = fma(power, V(-0x1.62e42fefa39efp-1), x);
  return {power_of_two(biased), r * polynomial(r, r * r, single_expm1_slope)};
}

// e^x - 1, to a relative error of 2^-29, also near 0. |x| <= 700 or NaN. Loses the sign of -0.
template <class V>
V expm1_single(const V& x) {
  const auto [scale, rest] = split_single(x);
  return fma(scale, rest, scale - V(1.0));
}

}  // namespace torchactiv::TORCHACTIV_ISA
