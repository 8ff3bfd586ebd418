// What is known of a row that is normalised by itself, and what follows from it.
#pragma once

#include <cmath>

#include "csrc/kernels/moments.h"

namespace torchactiv {

struct RowState {
  double mean = 0, variance = 0;  // without a mean (RMS normalisation) it is 0, and the variance that about 0
  double inverse = 0;             // of the deviation

  static RowState of(double mean, double variance, double eps) {
    return {mean, variance, 1 / std::sqrt(variance + eps)};
  }
  // Without a mean, of moments about 0.
  static RowState of(const Moments& moments, std::int64_t n, double eps) {
    return of(moments.mean, moments.squares / static_cast<double>(n), eps);
  }

  // What the mean lacks in T.
  template <class T>
  double missing() const {
    return mean - static_cast<double>(static_cast<T>(mean));
  }
  // (x - mean) / deviation. The centre is the mean in T; what it lacks is in the shift.
  template <class T>
  Affine<T> affine() const {
    return {static_cast<T>(mean), static_cast<T>(inverse), static_cast<T>(-missing<T>() * inverse)};
  }
  // The gradient of a channel's weight, the sum of g f' z, from those of g f', and of that times x - centre.
  template <class T>
  double gradient_of_weight(double slope, double distance) const {
    return (distance - missing<T>() * slope) * inverse;
  }
  // With s = g f' w and z = (x - mean) / deviation: dx = (s - mean of s - z mean of s z) / deviation, of which the
  // first term is there; without a mean, the second is not. `sums` are those of s, and of s z.
  template <class T>
  Correction<T> correction(std::int64_t length, bool centred, const double* sums) const {
    const auto n = static_cast<double>(length);
    const double slope = inverse * (sums[1] / n), shift = (centred ? sums[0] / n : 0) - missing<T>() * slope;
    return {static_cast<T>(mean), static_cast<T>(slope), static_cast<T>(shift), static_cast<T>(inverse)};
  }
};

// What a row's map is for one of its channels.
template <class T>
Affine<T> of_channel(const Affine<T>& row, T weight, T bias) {
  return {row.centre, row.scale * weight, row.shift * weight + bias};
}

}  // namespace torchactiv
