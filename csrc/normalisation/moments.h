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
    if (count == 0) {
      moments = other;
      count = n;
      return;
    }
    const double both = static_cast<double>(count + n), distance = other.mean - moments.mean;
    moments.mean += distance * (static_cast<double>(n) / both);
    moments.squares +=
        other.squares + distance * distance * (static_cast<double>(count) * static_cast<double>(n) / both);
    count += n;
  }
};

// Sums of the distances of some elements from an estimate of their mean, and of their squares.
struct Distances {
  double estimate = 0, sum = 0, squares = 0;
  std::int64_t count = 0;

  // The same from another estimate, by which no digits are lost that matter, if that is near one of the elements; and
  // without a division, of which the moments themselves take several.
  void add(const Distances& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const auto n = static_cast<double>(other.count);
    const double offset = other.estimate - estimate;
    sum += other.sum + n * offset;
    squares += other.squares + offset * (2 * other.sum + n * offset);
    count += other.count;
  }
  Moments moments() const { return moments_about(estimate, count, sum, squares); }
};

// The sums over a channel of g f', and of that times x - centre.
struct Sums {
  double slope = 0, distance = 0;

  void add(const Sums& other) {
    slope += other.slope;
    distance += other.distance;
  }
};

}  // namespace torchactiv
