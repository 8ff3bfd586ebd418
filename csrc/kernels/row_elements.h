// Kernels of rows whose elements have a weight each. Data of 16 bits are for loops with the activation only.
#pragma once

#include "csrc/kernels/normalisation_block.h"
#include "csrc/kernels/row_state.h"

namespace torchactiv::TORCHACTIV_ISA {

// Short rows are summed several at once, column by column: what belongs to a column is read and written once for them.
// Each row is summed in the same order whatever others are beside it.
constexpr int rows_together = 4;

// Elements of one operand that are read before others are written.
constexpr std::int64_t columns_together = 512;

// Of s = g f': what is added to the gradients of weight and bias, and sums of s w, and of that times z. The rows are
// `stride` elements behind each other.
template <int rows, class T>
void sum_elements(const T* s, const T* x, std::int64_t n, std::int64_t stride, const Affine<T>* of_row, const T* w,
                  T* dw, T* db, std::array<double, 2>* sums) {
  const auto add = [&](int r, auto& of_weight, auto& of_bias, const auto& slope, const auto& value, const auto& weight,
                       auto& slopes, auto& products) {
    using V = std::remove_cvref_t<decltype(slope)>;
    const V z = multiply_add(value - V(of_row[r].centre), V(of_row[r].scale), V(of_row[r].shift));
    const V weighted = slope * weight;
    of_weight = multiply_add(slope, z, of_weight);
    of_bias = of_bias + slope;
    slopes = slopes + weighted;
    products = multiply_add(weighted, z, products);
  };
  using V = Column<T>;
  const std::int64_t whole = n / V::lanes * V::lanes;
  V slopes[rows], products[rows];
  for (int r = 0; r < rows; ++r) slopes[r] = products[r] = V(0.0);
  for (std::int64_t i = 0; i < whole; i += V::lanes) {
    V of_weight = V::load(dw + i), of_bias = V::load(db + i);
    const V weight = V::load(w + i);
    for (int r = 0; r < rows; ++r)
      add(r, of_weight, of_bias, V::load(s + r * stride + i), V::load(x + r * stride + i), weight, slopes[r],
          products[r]);
    of_weight.store(dw + i);
    of_bias.store(db + i);
  }
  for (int r = 0; r < rows; ++r) {
    T slope_rest = 0, product_rest = 0;
    for (std::int64_t i = whole; i < n; ++i)
      add(r, dw[i], db[i], s[r * stride + i], x[r * stride + i], w[i], slope_rest, product_rest);
    sums[r][0] += total<T>(slopes[r]) + static_cast<double>(slope_rest);
    sums[r][1] += total<T>(products[r]) + static_cast<double>(product_rest);
  }
}

template <class T>
void elements_normalise(const T* x, T* u, std::int64_t n, Affine<T> row, const T* w, const T* b) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i)
    u[i] = multiply_add(multiply_add(x[i] - row.centre, row.scale, row.shift), w[i], b[i]);
}

template <class Data>
const FusedElements& elements_in(const FusedNormalisation& loops) {
  return loops.elements[static_cast<int>(element_of<Data>)];
}

// g f' in the place of dx. That of the identity is g, where it is read instead.
template <class T>
void elements_slope(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t rows, std::int64_t n,
                    const Affine<T>* of_row, const T* w, const T* b) {
  if (f.is_identity) return;
  for (std::int64_t row = 0; row < rows; ++row) elements_normalise(x + row * n, dx + row * n, n, of_row[row], w, b);
  derivative(f, g, dx, rows * n);
}

template <class Data, class T>
void elements_forward(FusedKernels f, const Data* x, Data* y, std::int64_t rows, std::int64_t n,
                      const Affine<T>* of_row, const T* w, const T* b) {
  if constexpr (std::is_same_v<T, float>)
    if (f.loops) return elements_in<Data>(*f.loops).forward(x, y, rows, n, of_row, w, b, f.arguments, f.streams);
  if constexpr (std::is_same_v<T, Data>) {
    for (std::int64_t row = 0; row < rows; ++row) elements_normalise(x + row * n, y + row * n, n, of_row[row], w, b);
    activate(f, y, rows * n);
  }
}

// By blocks of what the activation's kernels work on.
template <class T>
void elements_backward_by_blocks(FusedKernels f, const T* g, const T* x, T* s, std::int64_t rows, std::int64_t n,
                                 const Affine<T>* of_row, const T* w, const T* b, T* dw, T* db,
                                 std::array<double, 2>* sums) {
  const T* const slope = f.is_identity ? g : s;
  const auto sum = [&]<int together>(std::int64_t row, std::int64_t i, std::int64_t count) {
    const std::int64_t at = row * n + i;
    sum_elements<together>(slope + at, x + at, count, n, of_row + row, w + i, dw + i, db + i, sums + row);
  };
  for (std::int64_t row = 0; n > columns_together && row < rows; ++row)
    for (std::int64_t i = 0; i < n; i += columns_together) {
      const std::int64_t count = std::min(columns_together, n - i);
      elements_slope(f, g + row * n + i, x + row * n + i, s + row * n + i, 1, count, of_row + row, w + i, b + i);
      sum.template operator()<1>(row, i, count);
    }
  if (n > columns_together) return;
  elements_slope(f, g, x, s, rows, n, of_row, w, b);
  std::int64_t row = 0;
  for (; row + rows_together <= rows; row += rows_together) sum.template operator()<rows_together>(row, 0, n);
  for (; row < rows; ++row) sum.template operator()<1>(row, 0, n);
}
template <class Data, class T>
void elements_backward(FusedKernels f, const Data* g, const Data* x, T* s, std::int64_t rows, std::int64_t n,
                       const Affine<T>* of_row, const T* w, const T* b, T* dw, T* db, std::array<double, 2>* sums) {
  if constexpr (std::is_same_v<T, float>)
    if (f.loops) return elements_in<Data>(*f.loops).sums(g, x, s, rows, n, of_row, w, b, dw, db, sums, f.arguments);
  if constexpr (std::is_same_v<T, Data>) elements_backward_by_blocks(f, g, x, s, rows, n, of_row, w, b, dw, db, sums);
}

// `streams`: past the caches, to where can_stream() says so.
template <bool streams, class Slope, class Data, class T>
[[gnu::flatten]] void write_corrected(const Slope* s, const Data* x, Data* dx, std::int64_t rows, std::int64_t n,
                                      const Correction<T>* corrections, const T* w) {
  for (std::int64_t row = 0; row < rows; ++row, s += n, x += n, dx += n) {
    const Correction<T> c = corrections[row];
    by_falling_widths<T>(
        n,
        [=]<class V>(std::int64_t i, V) {
          const V owed = multiply_add(load_as<V>(x + i) - V(c.centre), V(-c.slope), V(-c.shift));
          const V found = V(c.scale) * multiply_add(load_as<V>(s + i), load_as<V>(w + i), owed);
          if constexpr (streams && !has_16_bits<Data> && requires { found.stream(dx); })
            found.stream(dx + i);
          else
            store_as(found, dx + i);
        },
        0);
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
