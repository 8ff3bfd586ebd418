#pragma once

#include <utility>

#include "ops/number.h"

namespace torchactiv {

// Beyond it the sigmoid is 1 to the last digit of a double; x sigmoid(x) is x, and its slope is 1.
constexpr double sigmoid_limit = 43;

// The sigmoid in a form that neither loses digits among the denormals nor underflows before its time, see exponential()
// in ops/number.h:
//   .value()       1 / (1 + e^-x) as a Wide<N>; or, in its left tail, a multiple of it
//   .complement()  1 / (1 + e^x), with all its digits as well
//   .restore(y)    of a y that is proportional to value(): y without that multiple
// -exponent_limit <= x <= sigmoid_limit or NaN. A number type may have a split_sigmoid() of its own that is faster.
template <class X>  // a number or a wide one
class SplitSigmoid {
  using Exponential = decltype(rising_exponential(std::declval<X>()));
  using Value = decltype(std::declval<Exponential>().plus(1.0));

 public:
  explicit SplitSigmoid(const X& x) : e_(rising_exponential(-x)), value_(reciprocal(e_.plus(1.0))) {}
  const Value& value() const { return value_; }
  Value complement() const { return e_.value() * value_; }
  template <class N>
  N restore(const N& y) const {
    return e_.restore_product(y);
  }

 private:
  Exponential e_;
  Value value_;
};

template <class X>
SplitSigmoid<X> split_sigmoid(const X& x) {
  return SplitSigmoid<X>(x);
}

// The same for x >= -product_limit, of which products are restored: a factor of any size makes up for a small sigmoid.
template <class X>
SplitSigmoid<X> split_sigmoid_of_product(const X& x) {
  return SplitSigmoid<X>(x);
}

}  // namespace torchactiv
