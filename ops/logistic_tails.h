#pragma once

#include <utility>

#include "ops/number.h"

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

}  // namespace torchactiv
