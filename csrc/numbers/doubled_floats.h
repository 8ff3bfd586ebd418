// Floats whose wide numbers are doubles: for CPUs without fma, on which to find the error of a product would take more
// than all else. No intermediate result underflows or overflows.
#pragma once

#include "csrc/numbers/batches.h"

namespace torchactiv::TORCHACTIV_ISA {

using TwiceDoubles = Batch<Double, 2 * lockstep>;

inline TwiceDoubles as_doubles(const Floats& a) {
  return TwiceDoubles::from([&](int i) { return i % 2 ? high_half(a.v[i / 2]) : low_half(a.v[i / 2]); });
}
inline Floats narrow(const TwiceDoubles& a) {
  return Floats::from([&](int i) { return join(a.v[2 * i], a.v[2 * i + 1]); });
}
inline TwiceDoubles select(const Floats::Mask& m, const TwiceDoubles& a, const TwiceDoubles& b) {
  TwiceDoubles::Mask mask;
  for (int i = 0; i < lockstep; ++i) {
    mask.v[2 * i] = low_half(m.v[i]);
    mask.v[2 * i + 1] = high_half(m.v[i]);
  }
  return select(mask, a, b);
}
inline TwiceDoubles operator*(const TwiceDoubles& a, const Floats& b) { return a * as_doubles(b); }
inline TwiceDoubles operator*(const Floats& a, const TwiceDoubles& b) { return b * a; }
inline Floats product(const Floats& x, const TwiceDoubles& a) { return narrow(a * x); }
inline TwiceDoubles offset(const TwiceDoubles& a, double constant) { return a + TwiceDoubles(constant); }
inline TwiceDoubles offset_product(const TwiceDoubles& a, const TwiceDoubles& b, double constant) {
  return fma(a, b, TwiceDoubles(constant));
}
inline Floats product(const TwiceDoubles& a, const TwiceDoubles& b) { return narrow(a * b); }
inline Floats sum(const Floats& x, const TwiceDoubles& a) { return narrow(as_doubles(x) + a); }
inline TwiceDoubles reciprocal(const TwiceDoubles& a) { return TwiceDoubles(1.0) / a; }

struct DoubledFloats {
  using Wide = TwiceDoubles;

  struct Exponential {
    Wide e;
    const Wide& value() const { return e; }
    Wide plus(double constant) const { return offset(e, constant); }
    const Floats& restore(const Floats& y) const { return y; }
    const Floats& restore_product(const Floats& y) const { return y; }
  };

  struct SplitSigmoid {
    Wide e, inverse;  // e^-x and the sigmoid
    const Wide& value() const { return inverse; }
    Wide complement() const { return e * inverse; }
    const Floats& restore(const Floats& y) const { return y; }
  };

  static Wide widen(const Floats& a) { return as_doubles(a); }
  template <Tail>
  static Exponential exponential(const Floats& a) {
    return {exp_single(as_doubles(a))};
  }
  template <Tail>
  static Exponential exponential(const Wide& a) {
    return {exp_single(a)};
  }
  static SplitSigmoid split_sigmoid(const Floats& a) {
    const Wide e = exp_single(as_doubles(-a));
    return {e, reciprocal(offset(e, 1.0))};
  }
  static Wide log1p(const Wide& a) { return TORCHACTIV_ISA::log1p(a); }
  static Wide expm1(const Floats& a) { return expm1_single(as_doubles(a)); }
  static Floats exp(const Floats& a) { return narrow(exp_single(as_doubles(a))); }
  static Floats sigmoid(const Floats& a) {
    const Wide e = exp_single(as_doubles(at_most(at_least(-a, Floats(-700.0)), Floats(700.0))));
    return narrow(reciprocal(offset(e, 1.0)));
  }
  static Floats quick_sigmoid(const Floats& a) { return sigmoid(a); }
  static Floats quick_sigmoid(const Wide& a) { return narrow(reciprocal(offset(exp_single(-a), 1.0))); }
  static Floats sigmoid_slope(const Floats& a) {
    const Wide e = exp_single(as_doubles(at_least(-abs(a), Floats(-700.0)))), sum = offset(e, 1.0);
    return narrow(e * reciprocal(sum * sum));
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
