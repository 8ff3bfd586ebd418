#pragma once

#include "ops/number.h"

namespace torchactiv {

// ln(1 + t) of 0 <= t <= 1, for which a number type may have a function of its own, by tables (docs/architecture.md).
template <Number N>
N log1p_of_unit(const N& t) {
  if constexpr (requires { tabled_log1p(t); })
    return tabled_log1p(t);
  else
    return log1p(t);
}

}  // namespace torchactiv
