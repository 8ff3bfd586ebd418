// Floats whose wide numbers are pairs of floats: for CPUs on which fma is one instruction.
#pragma once

#include "csrc/numbers/batches.h"

namespace torchactiv::TORCHACTIV_ISA {

struct PairedFloats {
  using Wide = Pair<Floats>;

  template <class Split>
  struct Exponential : Split {
    Wide value() const { return this->pair(); }
  };
  template <class Split>
  Exponential(Split) -> Exponential<Split>;

  static Wide widen(const Floats& a) { return {a, Floats(0.0)}; }
  template <Tail tail>
  static auto exponential(const Floats& a) {
    return Exponential{split_exponential<tail, Floats>(a, float_curvature)};
  }
  template <Tail tail>
  static auto exponential(const Wide& a) {
    return Exponential{split_exponential<tail, Floats>(a, fine_float_curvature)};
  }
  static SplitLogistic<Floats> split_sigmoid(const Floats& a) { return SplitLogistic<Floats>(a); }
  static Wide log1p(const Wide& a) { return TORCHACTIV_ISA::log1p(a); }
  static Wide expm1(const Floats& a) { return polynomial_expm1(a, fine_float_curvature); }
  static Floats exp(const Floats& a) { return rounded_exponential(a, fine_float_curvature); }
  static Floats sigmoid(const Floats& a) { return logistic(a); }
  static Floats quick_sigmoid(const Floats& a) { return quick_logistic(a); }
  static Floats quick_sigmoid(const Wide& a) { return quick_logistic(a); }
  static Floats sigmoid_slope(const Floats& a) { return logistic_slope(a); }
};

}  // namespace torchactiv::TORCHACTIV_ISA
