#pragma once

#include "ops/log1p_of_unit.h"
#include "ops/number.h"

namespace torchactiv {

// ln(1 + e^x), which overflows nowhere and keeps its digits in the left tail.
template <Number N>
N log1p_exp(const N& x) {
  const N t = exp(at_least(-abs(x), N(-exponent_limit<N>)));
  return select(x < N(0.0), N(0.0), x) + log1p_of_unit(t);
}

}  // namespace torchactiv
