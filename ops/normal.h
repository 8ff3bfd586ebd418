#pragma once

#include <array>

#include "ops/number.h"

namespace torchactiv {

// e^(a^2 / 2) Phi(-a) for a >= 0 or NaN, Phi being the normal distribution: Mills' ratio over sqrt(2 pi). A number type
// may have one of its own that is faster.
template <Number N>
N scaled_normal_tail(const N& a) {
  return N(0.5) * erfcx(a * N(0.70710678118654752440));
}

// The normal distribution at x: its density, and its function in both tails, from one exponential.
template <Number N>
class Normal {
 public:
  static constexpr double farthest = __builtin_sqrt(2 * exponent_limit<N>) * (1 - 0x1p-20);  // beyond, both are 0 or 1

  explicit Normal(const N& x) : x_(x) {
    const N inside = at_most(abs(x), N(farthest)), square = inside * inside;
    bell_ = exp(N(-0.5) * square);
    if constexpr (!NumberTraits<N>::has_spare_digits) {  // what rounding took from the square matters
      const N rest = fma(inside, inside, -square);
      bell_ = fma(bell_ * N(-0.5), rest, bell_);
    }
    tail_ = bell_ * scaled_normal_tail(inside);
  }
  N density() const { return bell_ * N(0.39894228040143267794); }
  N distribution() const { return select(x_ < N(0.0), tail_, N(1.0) - tail_); }

 private:
  N x_, bell_, tail_;
};

// x Phi(x). A number type may have one of its own that is faster.
template <Number N>
N normal_gate(const N& x) {
  if constexpr (requires { single_normal_gate(x); })
    return single_normal_gate(x);
  else
    return at_least(x, N(-Normal<N>::farthest)) * Normal<N>(x).distribution();
}

// Its derivative, Phi(x) + x phi(x); likewise.
template <Number N>
N normal_gate_slope(const N& x) {
  if constexpr (requires { single_normal_gate_slope(x); }) {
    return single_normal_gate_slope(x);
  } else {
    const N inside = limited(x, -Normal<N>::farthest, Normal<N>::farthest);
    const Normal<N> normal(inside);
    return fma(inside, normal.density(), normal.distribution());
  }
}

// Both, in that order, from one exponential.
template <Number N>
std::array<N, 2> normal_gate_and_slope(const N& x) {
  if constexpr (requires { single_normal_gate_and_slope(x); }) {
    return single_normal_gate_and_slope(x);
  } else {
    const N inside = limited(x, -Normal<N>::farthest, Normal<N>::farthest);
    const Normal<N> normal(inside);
    const N distribution = normal.distribution();
    return {at_least(x, N(-Normal<N>::farthest)) * distribution, fma(inside, normal.density(), distribution)};
  }
}

}  // namespace torchactiv
