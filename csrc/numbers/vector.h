// SIMD vectors as models of Number (ops/number.h): batches of floats, whose wide numbers are those of the instruction
// set, and batches that are their own.
#pragma once

#include <type_traits>

#include "csrc/numbers/doubled_floats.h"
#include "csrc/numbers/paired_floats.h"
#include "csrc/numbers/plain.h"
#include "csrc/numbers/single_functions.h"
#include "ops/number.h"

namespace torchactiv::TORCHACTIV_ISA {

using FloatMathematics = std::conditional_t<fused_float, PairedFloats, DoubledFloats>;

inline auto widen(const Floats& a) { return FloatMathematics::widen(a); }
inline auto exponential(const Floats& a) { return FloatMathematics::exponential<Tail::left>(a); }
inline auto rising_exponential(const Floats& a) { return FloatMathematics::exponential<Tail::right>(a); }
inline auto exponential(const FloatMathematics::Wide& a) { return FloatMathematics::exponential<Tail::left>(a); }
inline auto rising_exponential(const FloatMathematics::Wide& a) {
  return FloatMathematics::exponential<Tail::right>(a);
}
inline auto split_sigmoid(const Floats& a) { return FloatMathematics::split_sigmoid(a); }
inline auto expm1(const Floats& a) { return FloatMathematics::expm1(a); }
inline auto exp(const Floats& a) { return FloatMathematics::exp(a); }
inline auto fine_exp(const Floats& a) { return exp(a); }
inline ExpAndExpm1<Floats> exp_and_expm1(const Floats& a) { return {exp(a), narrow(expm1(a))}; }
inline auto fine_expm1(const Floats& a) { return expm1_parts(a, fine_float_curvature); }
inline auto sigmoid(const Floats& a) { return FloatMathematics::sigmoid(a); }
inline auto quick_sigmoid(const Floats& a) { return FloatMathematics::quick_sigmoid(a); }
inline auto quick_sigmoid(const FloatMathematics::Wide& a) { return FloatMathematics::quick_sigmoid(a); }
inline auto sigmoid_slope(const Floats& a) { return FloatMathematics::sigmoid_slope(a); }

}  // namespace torchactiv::TORCHACTIV_ISA

namespace torchactiv {

template <>
struct NumberTraits<TORCHACTIV_ISA::Floats> {
  using Wide = TORCHACTIV_ISA::FloatMathematics::Wide;
  using Mask = TORCHACTIV_ISA::Floats::Mask;
  static constexpr double exponent_limit = TORCHACTIV_ISA::Reduction<float>::limit;
  static constexpr double product_limit = TORCHACTIV_ISA::Reduction<float>::product_limit, square_limit = 0x1p62;
  static constexpr bool has_spare_digits = false, has_spare_range = false;
};

template <TORCHACTIV_ISA::Single V>
struct NumberTraits<V> {
  using Wide = V;
  using Mask = typename V::Mask;
  static constexpr double exponent_limit = 700, product_limit = 700, square_limit = 0x1p500;
  static constexpr bool has_spare_digits = true, has_spare_range = true;
};

template <TORCHACTIV_ISA::Split V>
struct NumberTraits<V> {
  using Wide = V;
  using Mask = typename V::Mask;
  static constexpr double exponent_limit = TORCHACTIV_ISA::Reduction<typename V::Scalar>::limit;
  static constexpr double product_limit = TORCHACTIV_ISA::Reduction<typename V::Scalar>::product_limit;
  static constexpr double square_limit = 0x1p500;
  static constexpr bool has_spare_digits = false, has_spare_range = false;
};

}  // namespace torchactiv
