// Polynomials of segments of a number, with coefficients that are looked up in registers. V is a batch, of floats where
// nothing else is said.
#pragma once

#include <cstddef>

#include "csrc/simd/pair.h"

namespace torchactiv::TORCHACTIV_ISA {

// Of the segment of `a`, which may be a pair, that Tables has (csrc/simd/register_tables.h), as the sum of two numbers;
// of what will be rounded to 16 bits only the first is.
template <class Tables, class V>
struct SegmentPolynomial {
  V sum, low;

  template <std::size_t rows>
  SegmentPolynomial(const V& a, const float (&table)[rows][32])
      : SegmentPolynomial(a, table, [](const V& d) { return d; }) {}
  template <std::size_t rows>
  SegmentPolynomial(const Pair<V>& a, const float (&table)[rows][32])
      : SegmentPolynomial(a.high, table, [&](const V& d) { return d + a.low; }) {}

 private:
  template <std::size_t rows, class Refined>
  SegmentPolynomial(const V& a, const float (&table)[rows][32], const Refined& refined) {
    const V shift(Tables::shift), shifted = a + shift, which = segment<Tables::parts>(shifted);
    const V d = refined(a - (middle_of_segment<Tables::parts>(shifted) - shift));
    const V middle = lookup(table[0], which);
    V higher = lookup(table[rows - 1], which);
    for (std::size_t row = rows - 2; row > 2; --row) higher = fma(higher, d, lookup(table[row], which));
    const V first = lookup(table[2], which);
    if constexpr (V::is_short) {
      sum = fma(fma(higher, d, first), d, middle);
    } else {
      const V rest = fma(d, first, fma(d * d, higher, lookup(table[1], which)));  // rounds nothing as large as `first`
      sum = middle + rest;
      low = rest - (sum - middle);
    }
  }
};

// In doubles, of 0 <= a <= (segments - 1) step: with rows of coefficients of rising powers of what is left of `a`
// beside the nearest multiple of `step`. NaN stays.
template <class V, std::size_t rows, std::size_t segments>
V polynomial_of_nearest(const V& a, double step, const double (&table)[rows][segments]) {
  const V round(0x1.8p52), index = fma(a, V(1 / step), round), d = fma(index - round, V(-step), a);
  V sum = lookup(table[rows - 1], index);
  for (std::size_t row = rows - 1; row-- > 0;) sum = fma(sum, d, lookup(table[row], index));
  return sum;
}

}  // namespace torchactiv::TORCHACTIV_ISA
