// Kernels of normalisations of rows, each by its own moments, and of the activation behind them: one table for each
// instruction set.
//
// z = (x - mean) / deviation is the row's result, and y = f(z w + b). Weight and bias have a number for each channel of
// a row, which is `inner` elements; those of the rows of several groups lie behind each other.
#pragma once

#include "csrc/kernels/normalisation.h"
#include "csrc/kernels/row_state.h"

namespace torchactiv {

// Whole rows side by side, of no more than most_elements each.
struct RowBlock {
  std::int64_t rows, channels, inner;
  std::int64_t groups, first_group;  // the group of the first row
  bool centred;
  double eps;

  std::int64_t length() const { return channels * inner; }
  std::int64_t first_channel(std::int64_t row) const { return (first_group + row) % groups * channels; }
};

// Sums over rows: in T where inner is 1, in doubles otherwise.
template <class T>
struct ScaleSums {
  T *weight, *bias;
  double *weight_doubles, *bias_doubles;
};

// Of data of one type of elements in memory that are computed in T: of 16-bit ones only if f has loops, which convert
// them.
template <class T>
struct RowNormKernels {
  void (*add)(const void* a, const void* b, void* sum, std::int64_t n);

  void (*forward)(FusedKernels f, const void* x, void* y, const RowBlock& block, const T* w, const T* b,
                  RowState* states);
  void (*backward)(FusedKernels f, const void* g, const void* x, void* dx, const RowBlock& block, const T* w,
                   const T* b, const RowState* states, ScaleSums<T> sums);

  // Rows, or parts of longer ones, with (x - centre) scale + shift for z. First y = f(z w + b), or s = g f', which is
  // left for `correct`. That writes, once whole rows are summed, given s, or otherwise g,
  //   dx = s w scale - ((x - centre) correction.slope + correction.shift) correction.scale.
  // Elements that have a weight each add g f' z to dw, g f' to db, and to the sums of their row g f' w, and that times
  // z. s is kept in T, and is null where it is g, that of the identity.
  void (*elements_forward)(FusedKernels f, const void* x, void* y, std::int64_t rows, std::int64_t n,
                           const Affine<T>* of_row, const T* w, const T* b);
  void (*elements_backward)(FusedKernels f, const void* g, const void* x, T* s, std::int64_t rows, std::int64_t n,
                            const Affine<T>* of_row, const T* w, const T* b, T* dw, T* db, std::array<double, 2>* sums);
  void (*elements_correct)(const void* g, const T* s, const void* x, void* dx, std::int64_t rows, std::int64_t n,
                           const Correction<T>* corrections, const T* w);
  // Segments of `length` elements that share a weight, which is in their affine map: to two sums of each segment, g f'
  // is added, and that times x - centre. s is left in the place of dx, if f.leaves_slope().
  void (*segments_forward)(FusedKernels f, const void* x, void* y, std::int64_t segments, std::int64_t length,
                           const Affine<T>* affine);
  void (*segments_backward)(FusedKernels f, const void* g, const void* x, void* s, std::int64_t segments,
                            std::int64_t length, const Affine<T>* affine, std::array<double, 2>* sums);
  void (*segments_correct)(FusedKernels f, const void* s, const void* x, void* dx, std::int64_t segments,
                           std::int64_t length, const Affine<T>* affine, const Correction<T>* corrections);
};

struct RowNormFunctions {
  static constexpr std::int64_t most_elements = 4096;
  RowNormKernels<float> floats[element_count];  // of all but doubles
  RowNormKernels<double> doubles;

  template <class T>
  const RowNormKernels<T>& of(Element element) const {
    if constexpr (std::is_same_v<T, double>)
      return doubles;
    else
      return floats[static_cast<int>(element)];
  }
};

}  // namespace torchactiv
