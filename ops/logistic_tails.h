#pragma once

#include <utility>

#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

// The sigmoids of |z| and of -|z|, where z is a number or a wide one: `larger`, and `smaller()`, which in the tail is a
// multiple that restores what is proportional to it by e.restore_product().
template <class Z>
struct LogisticTails {
  decltype(exponential(std::declval<Z>())) e;
  decltype(reciprocal(e.plus(1.0))) larger;

  // Of -|z| >= -product_limit.
  explicit LogisticTails(const Z& falling) : e(exponential(falling)), larger(reciprocal(e.plus(1.0))) {}
  auto smaller() const { return e.value() * larger; }
};

// The same of z = factor * x, of any x and factor, where the error of a rounded z would count.
template <Number N>
struct ScaledLogistic {
  Mask<N> negative, far;  // z < 0; |z| so large that the smaller sigmoid is 0 beside anything
  Wide<N> falling;        // -|z|
  LogisticTails<Wide<N>> tails;

  ScaledLogistic(const N& x, const N& factor)
      : negative(scaled(x, factor) < N(0.0)),
        far(N(product_limit<N>) <= abs(scaled(x, factor))),
        falling(limited_fall(widen(factor) * tame(x, factor))),
        tails(falling) {}

  Wide<N> value() const { return select(negative, tails.smaller(), tails.larger); }
  Wide<N> complement() const { return select(negative, tails.larger, tails.smaller()); }
  Wide<N> z() const { return select(negative, falling, -falling); }
  // Of a y that is proportional to value().
  N restore(const N& y) const { return select(negative, restore_smaller(y), y); }
  // Of a y that is proportional to the smaller sigmoid.
  N restore_smaller(const N& y) const { return select(far, copysign(N(0.0), y), tails.e.restore_product(y)); }

 private:
  Wide<N> limited_fall(const Wide<N>& z) const {
    return select(far, Wide<N>(-product_limit<N>), select(negative, z, -z));
  }
};

}  // namespace torchactiv
