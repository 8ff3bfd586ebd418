// The error function by tables in registers: to almost all digits of a double, and to those that a float needs. V is a
// batch of doubles. Tables: tools/error_function_tables.py and single_tables.py. The errors that are named here are
// tested by tests/cpp/vector.
#pragma once

#include <concepts>
#include <cstddef>

#include "csrc/simd/error_function_tables.h"
#include "csrc/simd/segment_polynomial.h"
#include "csrc/simd/single_tables.h"

namespace torchactiv::TORCHACTIV_ISA {

// In the last segment erf is 1.
template <class V, std::size_t rows, std::size_t segments>
V erf_of_segment(const V& a, double step, const double (&table)[rows][segments]) {
  return copysign(polynomial_of_nearest(at_most(abs(a), V((segments - 1) * step)), step, table), a);
}

// erf of any a. Relative error: 2^-50.8. Keeps the sign of 0. NaN stays, infinities give +-1.
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, double>)
V tabled_erf(const V& a) {
  return erf_of_segment(a, ErrorFunctionTables::step, ErrorFunctionTables::erf);
}

// The same, to a relative error of 2^-29.6.
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, double>)
V tabled_single_erf(const V& a) {
  return erf_of_segment(a, SingleTables::erf_step, SingleTables::erf);
}

}  // namespace torchactiv::TORCHACTIV_ISA
