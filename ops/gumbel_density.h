#pragma once

#include "ops/number.h"

namespace torchactiv {

// e^(z - e^z), within 2 ulp where that is 1/16 or more.
template <Number N>
N gumbel_density(const N& z) {
  constexpr double highest = product_limit<N> < 1000 ? 5.25 : 7;  // e^highest is within product_limit
  const auto w = exponential(widen(limited(z, -product_limit<N>, highest)));
  const auto e = exponential(-w.value());
  return w.restore_product(e.restore_product(product(w.value(), e.value())));
}

}  // namespace torchactiv
