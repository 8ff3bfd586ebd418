// Kernels of rows whose elements have a weight each.
#pragma once

#include "csrc/kernels/normalisation_block.h"
#include "csrc/kernels/row_state.h"

namespace torchactiv::TORCHACTIV_ISA {

// Short rows are summed several at once, column by column: what belongs to a column is read and written once for them.
// Each row is summed in the same order whatever others are beside it.
constexpr int rows_together = 4;

// Elements of one operand of which several fit the first-level cache together.
constexpr std::int64_t elements_together = 2048, columns_together = elements_together / rows_together;

// Of s = g f': what is added to the gradients of weight and bias, and sums of s w, and of that times x - centre. The
// rows are `stride` elements behind each other.
template <int rows, class T>
void sum_elements(const T* s, const T* x, std::int64_t n, std::int64_t stride, const Affine<T>* of_row, const T* w,
                  T* dw, T* db, double (*sums)[2]) {
  const auto add = [&](int r, auto& of_weight, auto& of_bias, const auto& slope, const auto& value, const auto& weight,
                       auto& slopes, auto& distances) {
    using V = std::remove_cvref_t<decltype(slope)>;
    const V distance = value - V(of_row[r].centre), weighted = slope * weight;
    of_weight = multiply_add(slope, multiply_add(distance, V(of_row[r].scale), V(of_row[r].shift)), of_weight);
    of_bias = of_bias + slope;
    slopes = slopes + weighted;
    distances = multiply_add(weighted, distance, distances);
  };
  using V = Column<T>;
  const std::int64_t whole = n / V::lanes * V::lanes;
  V slopes[rows], distances[rows];
  for (int r = 0; r < rows; ++r) slopes[r] = distances[r] = V(0.0);
  for (std::int64_t i = 0; i < whole; i += V::lanes) {
    V of_weight = V::load(dw + i), of_bias = V::load(db + i);
    const V weight = V::load(w + i);
    for (int r = 0; r < rows; ++r)
      add(r, of_weight, of_bias, V::load(s + r * stride + i), V::load(x + r * stride + i), weight, slopes[r],
          distances[r]);
    of_weight.store(dw + i);
    of_bias.store(db + i);
  }
  for (int r = 0; r < rows; ++r) {
    T slope_rest = 0, distance_rest = 0;
    for (std::int64_t i = whole; i < n; ++i)
      add(r, dw[i], db[i], s[r * stride + i], x[r * stride + i], w[i], slope_rest, distance_rest);
    sums[r][0] += total<T>(slopes[r]) + static_cast<double>(slope_rest);
    sums[r][1] += total<T>(distances[r]) + static_cast<double>(distance_rest);
  }
}

// dx = s w scale - shift - (x - centre) slope; s may be in the place of dx.
template <class T>
void write_elements(const T* s, const T* x, T* dx, std::int64_t n, const T* w, T scale, Affine<T> correction) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i)
    dx[i] =
        multiply_add(s[i] * w[i], scale, multiply_add(x[i] - correction.centre, -correction.scale, -correction.shift));
}

template <class T>
void elements_normalise(const T* x, T* u, std::int64_t n, Affine<T> row, const T* w, const T* b) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i)
    u[i] = multiply_add(multiply_add(x[i] - row.centre, row.scale, row.shift), w[i], b[i]);
}

template <class T>
void elements_forward(FusedKernels f, const T* x, T* y, std::int64_t n, Affine<T> row, const T* w, const T* b) {
  elements_normalise(x, y, n, row, w, b);
  activate(f, y, n);
}

// g f' in the place of dx. That of the identity is g, where it is read instead.
template <class T>
void elements_slope(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t n, Affine<T> row, const T* w,
                    const T* b) {
  if (f.is_identity) return;
  elements_normalise(x, dx, n, row, w, b);
  derivative(f, g, dx, n);
}

template <class T>
void elements_backward(FusedKernels f, const T* g, const T* x, T* s, std::int64_t n, Affine<T> row, const T* w,
                       const T* b, T* dw, T* db, double* sums) {
  elements_slope(f, g, x, s, n, row, w, b);
  double found[1][2] = {};
  sum_elements<1>(f.is_identity ? g : s, x, n, n, &row, w, dw, db, found);
  sums[0] += found[0][0];
  sums[1] += found[0][1];
}

// The sums of rows, and s = g f' in the place of dx, unless it is there: that of short rows is, for many at once.
template <int rows, class T>
void elements_rows_sums(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t n, bool has_slope,
                        const RowState* states, const T* w, const T* b, T* dw, T* db, double (*sums)[2]) {
  Affine<T> affine[rows];
  for (int r = 0; r < rows; ++r) affine[r] = states[r].affine<T>();
  for (std::int64_t i = 0; i < n; i += columns_together) {
    const std::int64_t count = std::min(columns_together, n - i);
    for (int r = 0; r < rows && !has_slope; ++r) {
      const std::int64_t offset = r * n + i;
      elements_slope(f, g + offset, x + offset, dx + offset, count, affine[r], w + i, b + i);
    }
    sum_elements<rows>((f.is_identity ? g : dx) + i, x + i, count, n, affine, w + i, dw + i, db + i, sums);
  }
}

// Rows that have the same weights.
template <class T>
void elements_rows_backward(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t rows, std::int64_t n,
                            bool centred, const RowState* states, const T* w, const T* b, T* dw, T* db) {
  const auto finish = [&]<int together>(std::int64_t first, bool has_slope) {
    const std::int64_t offset = first * n;
    double sums[together][2] = {};
    elements_rows_sums<together>(f, g + offset, x + offset, dx + offset, n, has_slope, states + first, w, b, dw, db,
                                 sums);
    for (int r = 0; r < together; ++r) {
      const std::int64_t at = offset + r * n;
      const RowState& state = states[first + r];
      write_elements((f.is_identity ? g : dx) + at, x + at, dx + at, n, w, state.affine<T>().scale,
                     state.correction<T>(n, centred, sums[r]));
    }
  };
  const std::int64_t batch = std::max<std::int64_t>(elements_together / n / rows_together, 1) * rows_together;
  for (std::int64_t first = 0; first < rows; first += batch) {
    const std::int64_t end = std::min(first + batch, rows);
    const bool is_short = !f.is_identity && n <= columns_together;
    if (is_short) {
      for (std::int64_t row = first; row < end; ++row)
        elements_normalise(x + row * n, dx + row * n, n, states[row].affine<T>(), w, b);
      derivative(f, g + first * n, dx + first * n, (end - first) * n);
    }
    std::int64_t row = first;
    for (; is_short && row + rows_together <= end; row += rows_together)
      finish.template operator()<rows_together>(row, true);
    for (; row < end; ++row) finish.template operator()<1>(row, is_short);
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
