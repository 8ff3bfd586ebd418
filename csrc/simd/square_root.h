// The square root of a double from an estimate. V is a vector of doubles. The error is tested by tests/cpp/vector.
#pragma once

#include <concepts>

#include "csrc/simd/simd.h"

namespace torchactiv::TORCHACTIV_ISA {

// Largest error, whatever estimates are to 2^-14: 1.6 ulp between 1e-300 and 1e300; what is below has a root below
// 1e-150, what is beyond, infinity too, is its own root. Keeps the sign of 0. NaN stays.
template <class V>
  requires(has_estimates && std::same_as<typename V::Scalar, double>)
V quick_sqrt(const V& a) {
  const V estimate = estimated_inverse_sqrt(at_least(a, V(1e-300)));
  const V root = a * estimate, rest = negative_fma(root, estimate, V(1.0));
  // (1 - rest)^(-1/2), of which the fourth power of `rest` is below 2^-52 / 4.
  const V series = fma(fma(rest, V(5.0 / 16), V(3.0 / 8)), rest, V(0.5));
  return select(a > V(1e300), a, fma(root * rest, series, root));
}

}  // namespace torchactiv::TORCHACTIV_ISA
