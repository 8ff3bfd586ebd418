#pragma once

#include <utility>

#include "ops/number.h"

namespace torchactiv {

// The sigmoid in a form that neither loses digits among the denormals nor underflows before its time, see exponential()
// in ops/number.h:
//   .value()       1 / (1 + e^-x) as a Wide<N>; or, in its left tail, a multiple of it
//   .complement()  1 / (1 + e^x), with all its digits as well
//   .restore(y)    of a y that is proportional to value(): y without that multiple
// -exponent_limit <= x <= 43 or NaN. A number type may have a split_sigmoid() of its own that is faster.
template <Number N>
class SplitSigmoid {
 public:
  explicit SplitSigmoid(const N& x) : e_(rising_exponential(-x)), value_(reciprocal(e_.plus(1.0))) {}
  const Wide<N>& value() const { return value_; }
  Wide<N> complement() const { return e_.value() * value_; }
  N restore(const N& y) const { return e_.restore_product(y); }

 private:
  decltype(rising_exponential(std::declval<N>())) e_;
  Wide<N> value_;
};

template <Number N>
SplitSigmoid<N> split_sigmoid(const N& x) {
  return SplitSigmoid<N>(x);
}

}  // namespace torchactiv
