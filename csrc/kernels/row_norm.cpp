#include "csrc/kernels/row_norm.h"

#include "csrc/kernels/normalisation_block.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

// Several rows at once, column by column: the sums of one row would wait for each other. Each row is summed in the same
// order whatever others are beside it.
constexpr int rows_together = 4;

// What the next rows will read: the CPU's own prefetching follows one row better than several at once.
template <int rows, class T>
void prefetch(const T* next, std::int64_t column) {
  constexpr std::int64_t line = 64, bytes = rows * Column<T>::lanes * sizeof(T);
  const char* const p = reinterpret_cast<const char*>(next + column * rows);
  for (std::int64_t i = 0; i < bytes; i += line) __builtin_prefetch(p + i);
}

// Two passes, the second about the mean of the first.
template <int rows, class T>
void moments_of_rows(const T* x, std::int64_t n, Moments* moments) {
  using V = Column<T>;
  const std::int64_t whole = n / V::lanes * V::lanes;
  V sum[rows], distances[rows], squares[rows];
  for (int r = 0; r < rows; ++r) sum[r] = distances[r] = squares[r] = V(0.0);
  for (std::int64_t i = 0; i < whole; i += V::lanes)
    for (int r = 0; r < rows; ++r) sum[r] = sum[r] + V::load(x + r * n + i);
  T estimate[rows];
  for (int r = 0; r < rows; ++r) {
    double rest = 0;
    for (std::int64_t i = whole; i < n; ++i) rest += static_cast<double>(x[r * n + i]);
    estimate[r] = static_cast<T>((total<T>(sum[r]) + rest) / static_cast<double>(n));
  }
  for (std::int64_t i = 0; i < whole; i += V::lanes) {
    prefetch<rows>(x + rows * n, i);
    for (int r = 0; r < rows; ++r) {
      const V distance = V::load(x + r * n + i) - V(estimate[r]);
      distances[r] = distances[r] + distance;
      squares[r] = multiply_add(distance, distance, squares[r]);
    }
  }
  for (int r = 0; r < rows; ++r) {
    double distance_rest = 0, square_rest = 0;
    for (std::int64_t i = whole; i < n; ++i) {
      const T distance = x[r * n + i] - estimate[r];
      distance_rest += static_cast<double>(distance);
      square_rest += static_cast<double>(distance * distance);
    }
    moments[r] = moments_about(static_cast<double>(estimate[r]), n, total<T>(distances[r]) + distance_rest,
                               total<T>(squares[r]) + square_rest);
    if constexpr (std::is_same_v<T, float>)
      if (!std::isfinite(moments[r].squares)) [[unlikely]]
        moments[r] = moments_in_doubles(x + r * n, n);
  }
}

// Of s = g f': what is added to the gradients of weight and bias, and sums of s w, and of that times x - centre. The
// rows are `stride` elements behind each other.
template <int rows, class T>
void sum_elements(const T* s, const T* x, std::int64_t n, std::int64_t stride, const Affine<T>* of_row, const T* w,
                  T* dw, T* db, double (*sums)[2], const T* next_x = nullptr, const T* next_g = nullptr) {
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
    if (next_x) {
      prefetch<rows>(next_x, i);
      prefetch<rows>(next_g, i);
    }
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
void add_two(const T* a, const T* b, T* sum, std::int64_t n) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) sum[i] = a[i] + b[i];
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

template <class T>
void elements_backward(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t n, Affine<T> row, const T* w,
                       const T* b, T* dw, T* db, double* sums) {
  if (!f.is_identity) elements_normalise(x, dx, n, row, w, b);
  derivative(f, g, dx, n);
  double found[1][2] = {};
  sum_elements<1>(dx, x, n, n, &row, w, dw, db, found);
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) dx[i] *= w[i] * row.scale;
  sums[0] += found[0][0];
  sums[1] += found[0][1];
}

template <class T>
void segments_normalise(const T* x, T* u, std::int64_t segments, std::int64_t length, const Affine<T>* affine) {
  for (std::int64_t segment = 0; segment < segments; ++segment)
    normalise(x + segment * length, u + segment * length, length, affine[segment]);
}

template <class T>
void segments_forward(FusedKernels f, const T* x, T* y, std::int64_t segments, std::int64_t length,
                      const Affine<T>* affine) {
  segments_normalise(x, y, segments, length, affine);
  activate(f, y, segments * length);
}

template <class T>
void segments_backward(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t segments, std::int64_t length,
                       const Affine<T>* affine, double* sums) {
  segments_normalise(x, dx, segments, length, affine);
  derivative(f, g, dx, segments * length);
  for (std::int64_t segment = 0; segment < segments; ++segment, x += length, dx += length, sums += 2)
    finish_row<T>(x, dx, nullptr, length, affine[segment], sums);
}

// Calls work(row, its first element, the first of its channels).
template <class Work>
void each_row(const RowBlock& block, Work work) {
  for (std::int64_t row = 0; row < block.rows; ++row) work(row, row * block.length(), block.first_channel(row));
}
// Calls work.operator()<n>(row) for n rows at a time that have the same channels.
template <class Work>
void rows_at_once(const RowBlock& block, Work work) {
  std::int64_t row = 0;
  if (block.groups == 1)
    for (; row + rows_together <= block.rows; row += rows_together) work.template operator()<rows_together>(row);
  for (; row < block.rows; ++row) work.template operator()<1>(row);
}

template <class T>
Affine<T> of_channel(const Affine<T>& row, T weight, T bias) {
  return {row.centre, row.scale * weight, row.shift * weight + bias};
}

template <class T>
void normalise_row(const T* x, T* u, const RowBlock& block, Affine<T> row, const T* w, const T* b) {
  if (block.inner == 1) return elements_normalise(x, u, block.channels, row, w, b);
  for (std::int64_t c = 0; c < block.channels; ++c, x += block.inner, u += block.inner)
    normalise(x, u, block.inner, of_channel(row, w[c], b[c]));
}

// Columns that are in the first-level cache for several rows of several operands.
constexpr std::int64_t columns_together = 512;

template <class T>
void forward(FusedKernels f, const T* x, T* y, const RowBlock& block, const T* w, const T* b, RowState* states) {
  const std::int64_t length = block.length();
  rows_at_once(block, [&]<int rows>(std::int64_t first) {
    Moments moments[rows];
    moments_of_rows<rows>(x + first * length, length, moments);
    for (int r = 0; r < rows; ++r) states[first + r] = RowState::of(moments[r], length, block.centred, block.eps);
  });
  each_row(block, [&](std::int64_t row, std::int64_t first, std::int64_t channel) {
    normalise_row(x + first, y + first, block, states[row].affine<T>(), w + channel, b + channel);
  });
  activate(f, y, block.rows * length);
}

template <int rows, class T>
void elements_rows_backward(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t n, const RowState* states,
                            const T* w, const T* b, T* dw, T* db, double (*sums)[2]) {
  Affine<T> affine[rows];
  for (int r = 0; r < rows; ++r) affine[r] = states[r].affine<T>();
  for (std::int64_t i = 0; i < n; i += columns_together) {
    const std::int64_t count = std::min(columns_together, n - i);
    for (int r = 0; r < rows && !f.is_identity; ++r) {
      const std::int64_t offset = r * n + i;
      elements_normalise(x + offset, dx + offset, count, affine[r], w + i, b + i);
      derivative(f, g + offset, dx + offset, count);
    }
    sum_elements<rows>((f.is_identity ? g : dx) + i, x + i, count, n, affine, w + i, dw + i, db + i, sums,
                       x + rows * (n + i), g + rows * (n + i));
  }
}

// With g f' in the place of dx: g f' w / deviation there, and sums of g f' w, and of that times x - centre.
template <class T>
void finish_segments(const T* x, T* dx, const RowBlock& block, const RowState& state, const T* w, double* dw,
                     double* db, double* sums) {
  const Affine<T> affine = state.affine<T>();
  for (std::int64_t c = 0; c < block.channels; ++c, x += block.inner, dx += block.inner) {
    double found[2] = {};
    finish_row<T>(x, dx, nullptr, block.inner, {affine.centre, affine.scale * w[c], 0}, found);
    dw[c] += (found[1] - state.missing<T>() * found[0]) * state.inverse;
    db[c] += found[0];
    sums[0] += found[0] * static_cast<double>(w[c]);
    sums[1] += found[1] * static_cast<double>(w[c]);
  }
}

template <class T>
void backward(FusedKernels f, const T* g, const T* x, T* dx, const RowBlock& block, const T* w, const T* b,
              const RowState* states, ScaleSums<T> totals) {
  const std::int64_t length = block.length();
  rows_at_once(block, [&]<int rows>(std::int64_t first) {
    const std::int64_t offset = first * length, channel = block.first_channel(first);
    double sums[rows][2] = {};
    if (block.inner == 1)
      elements_rows_backward<rows>(f, g + offset, x + offset, dx + offset, length, states + first, w + channel,
                                   b + channel, totals.weight + channel, totals.bias + channel, sums);
    else
      for (int r = 0; r < rows; ++r) {
        const std::int64_t at = offset + r * length;
        const RowState& state = states[first + r];
        if (!f.is_identity) normalise_row(x + at, dx + at, block, state.affine<T>(), w + channel, b + channel);
        derivative(f, g + at, dx + at, length);
        finish_segments(x + at, dx + at, block, state, w + channel, totals.weight_doubles + channel,
                        totals.bias_doubles + channel, sums[r]);
      }
    for (int r = 0; r < rows; ++r) {
      const std::int64_t at = offset + r * length;
      const RowState& state = states[first + r];
      const Affine<T> correction = state.correction<T>(length, block.centred, sums[r]);
      if (block.inner == 1)
        write_elements((f.is_identity ? g : dx) + at, x + at, dx + at, length, w + channel, state.affine<T>().scale,
                       correction);
      else
        correct(x + at, dx + at, length, correction);
    }
  });
}

template <class T>
constexpr RowNormKernels<T> kernels_of() {
  return {.add = add_two<T>,
          .forward = forward<T>,
          .backward = backward<T>,
          .elements_forward = elements_forward<T>,
          .elements_backward = elements_backward<T>,
          .segments_forward = segments_forward<T>,
          .segments_backward = segments_backward<T>};
}

}  // namespace

extern const RowNormFunctions row_norm_functions;
const RowNormFunctions row_norm_functions{kernels_of<float>(), kernels_of<double>()};

}  // namespace torchactiv::TORCHACTIV_ISA
