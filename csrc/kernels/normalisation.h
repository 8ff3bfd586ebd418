// Kernels of normalisation by channels, and of the activation behind it: one table for each instruction set. They work
// on blocks that fit the first-level cache: n elements of one channel side by side (row_..), `rows` of these (rows_..),
// or `rows` of n channels, each row `stride` elements behind the one before (columns_..), n being at most
// `most_columns`.
#pragma once

#include <array>
#include <type_traits>

#include "csrc/kernels/combinations.h"
#include "csrc/kernels/moments.h"

namespace torchactiv {

// In what follows u = (x - centre) scale + shift + r, where r is the residual and may be null.

struct FusedNormalisation;

// f(u), by the kernels of f, or in its own loops, where it has some that suit.
struct FusedKernels {
  const CombinationContext& kernels;
  const double* arguments;
  bool is_identity;
  const FusedNormalisation* loops;
  bool streams = false;  // whether results in memory go past the caches, by its own loops

  // Whether the first pass of backward leaves s = g f'(u) for the second, which otherwise reads g. That of rows of
  // elements does for all but the identity.
  bool leaves_slope() const;
};

// From x and r, or y and r.
template <class T>
using RowMap = void (*)(FusedKernels f, const T* from, const T* r, T* to, std::int64_t n, Affine<T> channel);
template <class T>
using ColumnsMap = void (*)(FusedKernels f, const T* from, const T* r, T* to, std::int64_t rows, std::int64_t stride,
                            std::int64_t n, Affine<const T*> channels);

// Added to, for each column: x - estimate, and its square. The mean of some of the rows is a good estimate. x is of one
// type of elements in memory; `from_memory`: whether it exceeds the caches.
template <class T>
using ColumnsDistances = void (*)(const void* x, std::int64_t rows, std::int64_t stride, std::int64_t n,
                                  const T* estimate, T* distances, T* squares, bool from_memory);

using MomentsOfRow = Moments (*)(const void* x, std::int64_t n);

template <class T>
struct NormalisationKernels {
  // Of up to most_of_moments elements, of one type in memory; in doubles where squares are too large for T.
  std::array<MomentsOfRow, element_count> row_moments, row_moments_about_zero;
  void (*columns_mean)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t n, T* mean);
  std::array<ColumnsDistances<T>, element_count> columns_distances;  // of the elements that are computed in T

  // y = f(u), which may overwrite x.
  RowMap<T> row_forward;
  // Of rows of n elements behind each other, each of another channel.
  void (*rows_forward)(FusedKernels f, const T* x, const T* r, T* y, std::int64_t rows, std::int64_t n,
                       const Affine<T>* channels);
  ColumnsMap<T> columns_forward;
  // The other way: (u - centre) scale + shift of the u that has f(u) = y.
  RowMap<T> row_restore;
  ColumnsMap<T> columns_restore;

  // dx = g f' scale, and dr = g f' unless dr is null; added to the sums: g f', and g f' (x - centre).
  void (*row_backward)(FusedKernels f, const T* g, const T* x, const T* r, T* dx, T* dr, std::int64_t n,
                       Affine<T> channel, double* sums);
  void (*columns_backward)(FusedKernels f, const T* g, const T* x, const T* r, T* dx, T* dr, std::int64_t rows,
                           std::int64_t stride, std::int64_t n, Affine<const T*> channels, T* sums, T* distance_sums);
  void (*rows_backward)(FusedKernels f, const T* g, const T* x, const T* r, T* dx, T* dr, std::int64_t rows,
                        std::int64_t n, const Affine<T>* channels, std::array<double, 2>* sums);
  // The same from y, with `inverse` as restore takes it; writes x - centre to d, whose rows lie side by side as all do.
  void (*row_backward_from_output)(FusedKernels f, const T* g, const T* y, const T* r, T* d, T* dx, T* dr,
                                   std::int64_t n, Affine<T> channel, Affine<T> inverse, double* sums);
  void (*columns_backward_from_output)(FusedKernels f, const T* g, const T* y, const T* r, T* d, T* dx, T* dr,
                                       std::int64_t rows, std::int64_t n, Affine<const T*> channels,
                                       Affine<const T*> inverse, T* sums, T* distance_sums);

  void (*row_correct)(const T* x, T* dx, std::int64_t n, Correction<T> channel);
  void (*rows_correct)(const T* x, T* dx, std::int64_t rows, std::int64_t n, const Correction<T>* channels);
  void (*columns_correct)(const T* x, T* dx, std::int64_t rows, std::int64_t stride, std::int64_t n,
                          Correction<const T*> channels);
};

// Of rows of n elements behind each other, each of another channel, of one type of elements in memory; see
// FusedNormalisation.
struct FusedRows {
  void (*forward)(const void* x, const void* r, void* y, std::int64_t rows, std::int64_t n,
                  const Affine<float>* channels, const double* arguments, bool streams);
  void (*sums)(const void* g, const void* x, const void* r, void* s, std::int64_t rows, std::int64_t n,
               const Affine<float>* channels, std::array<double, 2>* sums, const double* arguments);
  void (*gradient)(const void* g, const void* x, void* dx, std::int64_t rows, std::int64_t n,
                   const Affine<float>* channels, const Correction<float>* corrections, const double* arguments,
                   bool streams);
  decltype(gradient) gradient_of_slope;
};

// Of channels side by side, of one type of elements in memory; see FusedNormalisation.
struct FusedColumns {
  void (*forward)(const void* x, const void* r, void* y, std::int64_t rows, std::int64_t stride, std::int64_t n,
                  Affine<const float*> channels, const double* arguments, bool streams);
  void (*sums)(const void* g, const void* x, const void* r, void* s, std::int64_t rows, std::int64_t stride,
               std::int64_t n, Affine<const float*> channels, float* slope_sums, float* distance_sums,
               const double* arguments, bool from_memory);
  void (*gradient)(const void* g, const void* x, const void* r, void* dx, std::int64_t rows, std::int64_t stride,
                   std::int64_t n, Affine<const float*> channels, Correction<const float*> corrections,
                   const double* arguments, bool streams);
  decltype(gradient) gradient_of_slope;
  // The same from y in the place of x, with the affine map from u - r back to x - centre, and the channel's own scale
  // for that of the correction; null unless f has an inverse and a cheap slope. From a slope only with a residual.
  decltype(sums) sums_from_output = nullptr;
  decltype(gradient) gradient_from_output = nullptr, gradient_of_slope_from_output = nullptr;
};

// Rows that are normalised by themselves, of elements that have a weight each, of one type of elements in memory; see
// RowNormKernels. They stay in the first-level cache, where to keep s, in floats, is cheaper than any slope.
struct FusedElements {
  void (*forward)(const void* x, void* y, std::int64_t rows, std::int64_t n, const Affine<float>* of_row,
                  const float* w, const float* b, const double* arguments, bool streams);
  void (*sums)(const void* g, const void* x, float* s, std::int64_t rows, std::int64_t n, const Affine<float>* of_row,
               const float* w, const float* b, float* dw, float* db, std::array<double, 2>* sums,
               const double* arguments);
};

// The same in one loop with f, computed in floats; see OperatorKernels. First the sums of s = g f'(u) and of that times
// x - centre, where s is kept if `keeps_slope` or if there is a residual, whose gradient it is; then
//   dx = s scale - ((x - centre) correction.slope + correction.shift) correction.scale,
// from what has been kept in the place of g (.._of_slope), or from g.
struct FusedNormalisation {
  bool keeps_slope;
  std::int64_t lanes;  // of a vector, which the end of a row fills up

  // Whether rows of n elements are worth it: what takes long to calculate takes no empty lanes beside.
  bool suits_rows(std::int64_t n) const { return !keeps_slope || (n + lanes - 1) / lanes * lanes <= n + n / 8; }

  // f(u) and g f'(u) in the place of u, where a loop of its own does all else.
  void (*value)(float* u, std::int64_t n, const double* arguments);
  void (*slope)(const float* g, float* u, std::int64_t n, const double* arguments);

  // Of floats; and of 16-bit elements, which are converted in registers, where `converts`.
  FusedRows rows[element_count];
  FusedColumns columns[element_count];
  FusedElements elements[element_count];
  bool converts;
};

inline bool FusedKernels::leaves_slope() const { return loops ? loops->keeps_slope : !is_identity; }

struct NormalisationFunctions {
  static constexpr std::int64_t most_elements = 2048, most_columns = 2048;
  // Columns whose numbers and sums stay in the first-level cache, or nearly so, beside what is read of data. Data from
  // memory are taken row by row then, in one stream, which the processor fetches ahead twice as fast as four rows at a
  // time; these read and write what belongs to a column once.
  static constexpr std::int64_t most_of_single_rows = 1280;
  NormalisationKernels<float> floats;
  NormalisationKernels<double> doubles;

  template <class T>
  const NormalisationKernels<T>& of() const {
    if constexpr (std::is_same_v<T, double>)
      return doubles;
    else
      return floats;
  }
};

}  // namespace torchactiv
