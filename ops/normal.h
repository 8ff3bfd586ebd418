#pragma once

#include "ops/number.h"

namespace torchactiv {

// The normal distribution at x: its density, and its function in both tails, from one exponential.
template <Number N>
class Normal {
 public:
  explicit Normal(const N& x) : x_(x) {
    const N inside = limited(x, -farthest, farthest), square = inside * inside;
    const N rest = fma(inside, inside, -square);  // what rounding took from the square
    const N exponent = at_least(N(-0.5) * square, N(-exponent_limit<N>));
    bell_ = fma(exp(exponent) * N(-0.5), rest, exp(exponent));
    tail_ = N(0.5) * bell_ * erfcx(abs(inside) * N(0.70710678118654752440));
  }
  N density() const { return bell_ * N(0.39894228040143267794); }
  N distribution() const { return select(x_ < N(0.0), tail_, N(1.0) - tail_); }

 private:
  static constexpr double farthest = 40;  // beyond, e^(-x^2 / 2) is less than any double
  N x_, bell_, tail_;
};

}  // namespace torchactiv
