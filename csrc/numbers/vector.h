// SIMD vectors as models of Number (ops/number.h): two vectors of floats or of doubles at a time.
//
// The wide number of floats is as many doubles: twice the work, but each operation is one instruction, no intermediate
// result underflows or overflows, and the one rounding at the end is nearly all of the error. Compensated pairs of
// floats take more instructions for the same formulas, in longer chains.
#pragma once

#include "csrc/simd/exponential.h"
#include "ops/number.h"

namespace torchactiv::TORCHACTIV_ISA {

using Floats = Batch<Float, 2>;
using Doubles = Batch<Double, 2>;
using WideFloats = Batch<Double, 4>;

inline WideFloats widen(const Floats& a) {
  return {low_half(a.v[0]), high_half(a.v[0]), low_half(a.v[1]), high_half(a.v[1])};
}
inline Floats narrow(const WideFloats& a) { return {join(a.v[0], a.v[1]), join(a.v[2], a.v[3])}; }
inline WideFloats select(const Floats::Mask& m, const WideFloats& a, const WideFloats& b) {
  const WideFloats::Mask mask{{low_half(m.v[0]), high_half(m.v[0]), low_half(m.v[1]), high_half(m.v[1])}};
  return select(mask, a, b);
}
inline Doubles widen(const Doubles& a) { return a; }
inline Doubles narrow(const Doubles& a) { return a; }

// Doubles reach far below the smallest float, so nothing need be restored.
struct FloatExponential {
  WideFloats mantissa, value;
  Floats restore(const WideFloats& y) const { return narrow(y); }
};

inline FloatExponential exponential(const Floats& a) {
  const WideFloats value = exp_single(widen(at_least(a, Floats(-700.0))));
  return {value, value};
}

inline WideFloats expm1(const Floats& a) { return expm1_single(widen(at_least(a, Floats(-700.0)))); }

inline Floats exp(const Floats& a) {
  if constexpr (fused_float)
    return exp_float(at_least(a, Floats(-104.0)));
  else
    return narrow(exp_single(widen(at_least(a, Floats(-104.0)))));
}

struct ScaledDoubles {
  Doubles mantissa, value, power;
  Doubles restore(const Doubles& y) const { return times_power_of_two(y, power); }
};

inline ScaledDoubles exponential(const Doubles& a) {
  const auto e = exp_double(at_least(a, Doubles(-1400.0)));
  return {e.mantissa, times_power_of_two(e.mantissa, e.power), e.power};
}

inline Doubles expm1(const Doubles& a) { return expm1_double(at_least(a, Doubles(-700.0))); }
inline Doubles exp(const Doubles& a) { return exponential(a).value; }

}  // namespace torchactiv::TORCHACTIV_ISA

namespace torchactiv {

template <>
struct NumberTraits<TORCHACTIV_ISA::Floats> {
  using Wide = TORCHACTIV_ISA::WideFloats;
  using Mask = TORCHACTIV_ISA::Floats::Mask;
  using Exponential = TORCHACTIV_ISA::FloatExponential;
};

template <>
struct NumberTraits<TORCHACTIV_ISA::Doubles> {
  using Wide = TORCHACTIV_ISA::Doubles;
  using Mask = TORCHACTIV_ISA::Doubles::Mask;
  using Exponential = TORCHACTIV_ISA::ScaledDoubles;
};

}  // namespace torchactiv
