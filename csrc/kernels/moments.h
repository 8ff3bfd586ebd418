// Numbers of a channel or a row of data.
#pragma once

#include <cstdint>

namespace torchactiv {

// A mean, and the sum of the squares of the distances from it.
struct Moments {
  double mean = 0, squares = 0;
};

constexpr std::int64_t most_of_moments = 4096;  // elements that a kernel takes at once

// From sums of distances from an estimate, and of their squares: no digits of the mean are lost, nor any of the
// squares, if the estimate is near.
inline Moments moments_about(double estimate, std::int64_t n, double distances, double squares) {
  const double count = static_cast<double>(n);
  return {estimate + distances / count, squares - distances * distances / count};
}

// u = (x - centre) scale + shift, for one channel or, as pointers, for several.
template <class T>
struct Affine {
  T centre, scale, shift;
};

// What backward owes to the mean and the variance: dx = dx - ((x - centre) slope + shift) scale. The product of slope
// and scale, of 1 / deviation^2, might be beyond T where none of the results is.
template <class T>
struct Correction {
  T centre, slope, shift, scale;
};

}  // namespace torchactiv
