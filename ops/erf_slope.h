#pragma once

#include "ops/number.h"

namespace torchactiv {

constexpr double two_over_sqrt_pi = 1.1283791670955125739;

// 2 / sqrt(pi) e^(-z^2), and 0 to all digits where it is nothing beside anything.
template <Number N>
N erf_slope(const N& z) {
  constexpr double farthest = 26;  // e^-676 is nothing beside any float, and no denormal yet
  const N inside = limited(z, -farthest, farthest);
  return select(abs(z) > N(farthest), N(0.0), N(two_over_sqrt_pi) * exp(-(inside * inside)));
}

}  // namespace torchactiv
