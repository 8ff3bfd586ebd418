#pragma once

#include "ops/number.h"

namespace torchactiv {

// The sigmoid of x and of -x, both to all their digits, from one exponential and one division.
template <Number N>
struct Logistic {
  N value, complement;

  explicit Logistic(const N& x) : Logistic(x, exp(at_least(-abs(x), N(-exponent_limit<N>)))) {}
  // With t = e^-|x|.
  Logistic(const N& x, const N& t) {
    const N larger = N(1.0) / (N(1.0) + t), smaller = t * larger;
    value = select(x < N(0.0), smaller, larger);
    complement = select(x < N(0.0), larger, smaller);
  }
};

}  // namespace torchactiv
