// SIMD vectors as models of Number (ops/number.h).
//
// The wide number of a Float is a pair of Double: twice the lanes' worth of work, but each operation is one
// instruction, no intermediate result underflows or overflows, and the one rounding at the end is nearly all of the
// error. Compensated pairs of floats take more instructions for the same formulas.
#pragma once

#include "csrc/simd/exponential.h"
#include "csrc/simd/simd.h"
#include "ops/number.h"

namespace torchactiv::TORCHACTIV_ISA {

struct DoublePair {
  Double low, high;

  DoublePair(Double low, Double high) : low(low), high(high) {}
  explicit DoublePair(double value) : low(value), high(value) {}

  friend DoublePair operator+(DoublePair a, DoublePair b) { return {a.low + b.low, a.high + b.high}; }
  friend DoublePair operator-(DoublePair a, DoublePair b) { return {a.low - b.low, a.high - b.high}; }
  friend DoublePair operator*(DoublePair a, DoublePair b) { return {a.low * b.low, a.high * b.high}; }
  friend DoublePair operator/(DoublePair a, DoublePair b) { return {a.low / b.low, a.high / b.high}; }
  friend DoublePair operator-(DoublePair a) { return {-a.low, -a.high}; }
  friend DoublePair select(FloatMask m, DoublePair a, DoublePair b) {
    return {select(low_half(m), a.low, b.low), select(high_half(m), a.high, b.high)};
  }
};

inline DoublePair widen(Float a) { return {low_half(a), high_half(a)}; }
inline Float narrow(DoublePair a) { return join(a.low, a.high); }
inline Double widen(Double a) { return a; }
inline Double narrow(Double a) { return a; }

// Doubles reach far below the smallest float, so nothing need be restored.
struct FloatExponential {
  DoublePair mantissa, value;
  Float restore(DoublePair y) const { return narrow(y); }
  Float restore(DoublePair y, FloatMask) const { return narrow(y); }
};

inline FloatExponential exponential(Float a) {
  const DoublePair x = widen(at_least(a, Float(-700.0)));
  const DoublePair value{exp_single(x.low), exp_single(x.high)};
  return {value, value};
}

inline DoublePair expm1(Float a) {
  const DoublePair x = widen(at_least(a, Float(-700.0)));
  return {expm1_single(x.low), expm1_single(x.high)};
}

struct ScaledDouble {
  Double mantissa, value, power;
  Double restore(Double y) const { return times_power_of_two(y, power); }
  Double restore(Double y, DoubleMask where) const { return times_power_of_two(y, select(where, power, Double(0.0))); }
};

inline ScaledDouble exponential(Double a) {
  const DoubleExponential e = exp_double(at_least(a, Double(-1400.0)));
  return {e.mantissa, times_power_of_two(e.mantissa, e.power), e.power};
}

inline Double expm1(Double a) { return expm1_double(at_least(a, Double(-700.0))); }

}  // namespace torchactiv::TORCHACTIV_ISA

namespace torchactiv {

template <>
struct NumberTraits<TORCHACTIV_ISA::Float> {
  using Wide = TORCHACTIV_ISA::DoublePair;
  using Mask = TORCHACTIV_ISA::FloatMask;
  using Exponential = TORCHACTIV_ISA::FloatExponential;
};

template <>
struct NumberTraits<TORCHACTIV_ISA::Double> {
  using Wide = TORCHACTIV_ISA::Double;
  using Mask = TORCHACTIV_ISA::DoubleMask;
  using Exponential = TORCHACTIV_ISA::ScaledDouble;
};

}  // namespace torchactiv
