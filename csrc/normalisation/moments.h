// Moments of elements that come block by block.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

// Moments, and of how many elements.
struct Counted {
  Moments moments;
  std::int64_t count = 0;

  // Chan, Golub & LeVeque 1983, Algorithms for Computing the Sample Variance, equation 2.1.
  void add(const Moments& other, std::int64_t n) {
    if (n == 0) return;
    const double both = static_cast<double>(count + n), distance = other.mean - moments.mean;
    moments.mean += distance * (static_cast<double>(n) / both);
    moments.squares +=
        other.squares + distance * distance * (static_cast<double>(count) * static_cast<double>(n) / both);
    count += n;
  }
};

}  // namespace torchactiv
