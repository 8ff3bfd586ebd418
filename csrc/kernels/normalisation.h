// Kernels of normalisation by channels, and of the activation behind it: one table for each instruction set. They work
// on blocks that fit the first-level cache: n elements of one channel side by side (row_..), or `rows` of n channels,
// each row `stride` elements behind the one before (columns_..), n being at most `most_columns`.
#pragma once

#include "csrc/kernels/combinations.h"

namespace torchactiv {

// A mean, and the sum of the squares of the distances from it.
struct Moments {
  double mean = 0, squares = 0;
};

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

// f(u), by the kernels of f.
struct FusedKernels {
  const CombinationContext& kernels;
  const double* arguments;
};

template <class T>
struct NormalisationKernels {
  Moments (*row_moments)(const T* x, std::int64_t n);
  void (*columns_mean)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t n, T* mean);
  // Added to, for each column: x - estimate, and its square. The mean of some of the rows is a good estimate.
  void (*columns_distances)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t n, const T* estimate,
                            T* distances, T* squares);

  // y = f(u)
  void (*row_forward)(FusedKernels f, const T* x, T* y, std::int64_t n, Affine<T> channel);
  void (*columns_forward)(FusedKernels f, const T* x, T* y, std::int64_t rows, std::int64_t stride, std::int64_t n,
                          Affine<const T*> channels);

  // dx = g f' scale; added to the sums: g f', and g f' (x - centre).
  void (*row_backward)(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t n, Affine<T> channel, double* sums);
  void (*columns_backward)(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t rows, std::int64_t stride,
                           std::int64_t n, Affine<const T*> channels, T* sums, T* distance_sums);

  // What backward owes to the mean and the variance: dx = dx - shift - (x - centre) scale.
  void (*row_correct)(const T* x, T* dx, std::int64_t n, Affine<T> channel);
  void (*columns_correct)(const T* x, T* dx, std::int64_t rows, std::int64_t stride, std::int64_t n,
                          Affine<const T*> channels);
};

struct NormalisationFunctions {
  static constexpr std::int64_t most_elements = 2048, most_columns = 2048;
  NormalisationKernels<float> floats;
  NormalisationKernels<double> doubles;
};

}  // namespace torchactiv
