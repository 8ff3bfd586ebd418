#pragma once

#include "ops/log1p_exp.h"
#include "ops/number.h"

namespace torchactiv {

// ln(1 + e^x) to the digits of the type that N is computed in, for where it cancels with something else.
template <Number N>
N fine_log1p_exp(const N& x) {
  if constexpr (!NumberTraits<N>::has_spare_digits) {
    return log1p_exp(x);
  } else {
    const N t = fine_exp(at_least(-abs(x), N(-exponent_limit<N>))), coarse = log1p(t);
    const N step = fma(N(1.0) + t, fine_exp(-coarse), N(-1.0));  // Newton's
    return select(x < N(0.0), N(0.0), x) + select(t < N(0x1p-10), coarse, coarse + step);
  }
}

}  // namespace torchactiv
