// The error function by tables in registers, to almost all digits of a double. V is a batch of doubles. The error that
// is named here is tested by tests/cpp/vector.
#pragma once

#include <concepts>
#include <iterator>

#include "csrc/simd/batch.h"
#include "csrc/simd/error_function_tables.h"

namespace torchactiv::TORCHACTIV_ISA {

// erf of any a. Relative error: 2^-50.8. Keeps the sign of 0. NaN stays, infinities give +-1.
template <class V>
  requires(has_tables && std::same_as<typename V::Scalar, double>)
V tabled_erf(const V& a) {
  using Tables = ErrorFunctionTables;
  constexpr double last = std::size(Tables::erf[0]) - 1;  // around which erf is 1 to all digits
  const V magnitude = at_most(abs(a), V(last * Tables::step)), round(0x1.8p52);
  const V index = fma(magnitude, V(1 / Tables::step), round), d = fma(index - round, V(-Tables::step), magnitude);
  V sum = lookup(Tables::erf[std::size(Tables::erf) - 1], index);
  for (std::size_t row = std::size(Tables::erf) - 1; row-- > 0;) sum = fma(sum, d, lookup(Tables::erf[row], index));
  return copysign(sum, a);
}

}  // namespace torchactiv::TORCHACTIV_ISA
