// x - tanh(x) by tables in registers. V is a batch of floats. The error that is named here is tested by
// tests/cpp/vector.
#pragma once

#include "csrc/simd/register_tables.h"
#include "csrc/simd/segment_polynomial.h"

namespace torchactiv::TORCHACTIV_ISA {

// By a^3 times a quotient, which is lifted lest what corrects the product be lost among the denormals. Largest error:
// 0.76 ulp; 2^-21.5 of a number that will be rounded to 16 bits. Keeps the sign of 0. NaN stays.
template <TabledFloats V>
V tabled_tanhshrink(const V& x) {
  const V farthest(TanhshrinkTables::farthest), a = minimum_or_second(farthest, abs(x)), square = a * a;
  const SegmentPolynomial<TanhshrinkTables, V> quotient(a, TanhshrinkTables::quotient);
  const V product = square * quotient.sum;
  V cube = a * product;
  if constexpr (!V::is_short) {
    const V of_square = fma(a, a, -square), of_product = fma(square, quotient.sum, -product);
    cube = fma(a, product, a * fma(square, quotient.low, fma(of_square, quotient.sum, of_product)));
  }
  return select(farthest < abs(x), x - copysign(V(1.0), x), copysign(cube * V(0x1p-48), x));
}

}  // namespace torchactiv::TORCHACTIV_ISA
