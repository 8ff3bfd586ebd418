#include "csrc/kernels/normalisation.h"

#include "csrc/kernels/combination_block.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

constexpr std::int64_t most_elements = NormalisationFunctions::most_elements;
constexpr std::int64_t most_columns = NormalisationFunctions::most_columns;

template <class T>
struct alignas(64) Memory {
  T values[most_elements];
  operator T*() { return values; }
};

// The activation over n elements side by side.
template <class T>
Block<T> block_of(const FusedKernels& f, std::int64_t n) {
  Block<T> block(f.kernels, f.arguments);
  block.n = n;
  return block;
}

template <class T>
using Vector = std::conditional_t<std::is_same_v<T, double>, Batch<Double, 4>, Batch<Float, 4>>;

// The sum of the lanes, joined two by two.
template <class T>
double total(const Vector<T>& sums) {
  T lanes[Vector<T>::lanes];
  sums.store(lanes);
  for (std::int64_t half = Vector<T>::lanes / 2; half > 0; half /= 2)
    for (std::int64_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return static_cast<double>(lanes[0]);
}

// The elements from p on, as many as there are, with `filling` behind them.
template <class T>
Vector<T> load(const T* p, std::int64_t count, T filling = 0) {
  if (count == Vector<T>::lanes) return Vector<T>::load(p);
  T buffer[Vector<T>::lanes];
  std::fill_n(std::copy_n(p, count, buffer), Vector<T>::lanes - count, filling);
  return Vector<T>::load(buffer);
}

template <class T>
void store(const Vector<T>& values, T* p, std::int64_t count) {
  if (count == Vector<T>::lanes) return values.store(p);
  T buffer[Vector<T>::lanes];
  values.store(buffer);
  std::copy_n(buffer, count, p);
}

// From sums of distances from an estimate, and of their squares: no digits of the mean are lost, nor any of the
// squares, if the estimate is near.
Moments moments_about(double estimate, std::int64_t n, double distances, double squares) {
  const double count = static_cast<double>(n);
  return {estimate + distances / count, squares - distances * distances / count};
}

// Calls work(first element, how many) for a vector at a time.
template <class T, class Work>
void by_vectors(std::int64_t n, Work work) {
  std::int64_t i = 0;
  for (; i + Vector<T>::lanes <= n; i += Vector<T>::lanes) work(i, std::int64_t{Vector<T>::lanes});
  if (i < n) work(i, n - i);
}

// Two passes, the second about the mean of the first; the elements are in the first-level cache.
template <class T>
Moments row_moments(const T* x, std::int64_t n) {
  using V = Vector<T>;
  V sum(0.0), distances(0.0), squares(0.0);
  by_vectors<T>(n, [&](std::int64_t i, std::int64_t count) { sum = sum + load(x + i, count); });
  const T estimate = static_cast<T>(total<T>(sum) / static_cast<double>(n));
  by_vectors<T>(n, [&](std::int64_t i, std::int64_t count) {
    const V distance = load(x + i, count, estimate) - V(estimate);
    distances = distances + distance;
    squares = squares + distance * distance;
  });
  return moments_about(estimate, n, total<T>(distances), total<T>(squares));
}

template <class T>
void columns_mean(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t n, T* mean) {
  std::fill_n(mean, n, T(0));
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < n; ++i) mean[i] += x[row * stride + i];
  for (std::int64_t i = 0; i < n; ++i) mean[i] /= static_cast<T>(rows);
}

template <class T>
void columns_distances(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t n, const T* estimate,
                       T* distances, T* squares) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < n; ++i) {
      const T distance = x[row * stride + i] - estimate[i];
      distances[i] += distance;
      squares[i] += distance * distance;
    }
}

template <class T>
void row_forward(FusedKernels f, const T* x, T* y, std::int64_t n, Affine<T> channel) {
  Memory<T> u;
  for (std::int64_t i = 0; i < n; ++i) u[i] = (x[i] - channel.centre) * channel.scale + channel.shift;
  block_of<T>(f, n).forward(y, {u, 1});
}

// g f'(u), in a buffer.
template <class T>
void derivative(FusedKernels f, const T* g, Memory<T>& u, std::int64_t n, Memory<T>& result) {
  Memory<T> value;
  const Block<T> block = block_of<T>(f, n);
  block.forward_if_saved(value, {u, 1});
  block.backward(result, g, {u, 1}, value);
}

template <class T>
void row_backward(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t n, Affine<T> channel, double* sums) {
  Memory<T> u, slope;
  for (std::int64_t i = 0; i < n; ++i) u[i] = (x[i] - channel.centre) * channel.scale + channel.shift;
  derivative(f, g, u, n, slope);
  using V = Vector<T>;
  const V centre(channel.centre), scale(channel.scale);
  V slopes(0.0), distances(0.0);
  by_vectors<T>(n, [&](std::int64_t i, std::int64_t count) {
    const V s = load(slope.values + i, count);
    store(s * scale, dx + i, count);
    slopes = slopes + s;
    distances = distances + s * (load(x + i, count, channel.centre) - centre);
  });
  sums[0] += total<T>(slopes);
  sums[1] += total<T>(distances);
}

template <class T>
void row_correct(const T* x, T* dx, std::int64_t n, Affine<T> channel) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = dx[i] - channel.shift - (x[i] - channel.centre) * channel.scale;
}

// Calls part(row, rows) for as many rows at a time as fit into a buffer.
template <class Part>
void by_parts(std::int64_t rows, std::int64_t n, Part part) {
  const std::int64_t most_rows = std::max<std::int64_t>(1, most_elements / n);
  for (std::int64_t row = 0; row < rows; row += most_rows) part(row, std::min(most_rows, rows - row));
}

template <class T>
void normalise_columns(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t n, Affine<const T*> c, T* u) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < n; ++i) u[row * n + i] = (x[row * stride + i] - c.centre[i]) * c.scale[i] + c.shift[i];
}

template <class T>
void columns_forward(FusedKernels f, const T* x, T* y, std::int64_t rows, std::int64_t stride, std::int64_t n,
                     Affine<const T*> channels) {
  by_parts(rows, n, [&](std::int64_t first, std::int64_t count) {
    Memory<T> u;
    normalise_columns(x + first * stride, count, stride, n, channels, u.values);
    if (stride == n) return block_of<T>(f, count * n).forward(y + first * stride, {u, 1});
    for (std::int64_t row = 0; row < count; ++row)
      block_of<T>(f, n).forward(y + (first + row) * stride, {u.values + row * n, 1});
  });
}

// Of one row of g f': the gradient, and what is added to the sums. No two of the outputs overlap.
template <class T>
void add_row(const T* slope, const T* x, std::int64_t n, Affine<const T*> channels, T* __restrict dx,
             T* __restrict sums, T* __restrict distance_sums) {
  for (std::int64_t i = 0; i < n; ++i) {
    dx[i] = slope[i] * channels.scale[i];
    sums[i] += slope[i];
    distance_sums[i] += slope[i] * (x[i] - channels.centre[i]);
  }
}

template <class T>
void columns_backward(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t rows, std::int64_t stride,
                      std::int64_t n, Affine<const T*> channels, T* sums, T* distance_sums) {
  by_parts(rows, n, [&](std::int64_t first, std::int64_t count) {
    Memory<T> u, slope, gathered;
    const T* const part = x + first * stride;
    const T* gradient = g + first * stride;
    normalise_columns(part, count, stride, n, channels, u.values);
    if (stride != n) {
      for (std::int64_t row = 0; row < count; ++row) std::copy_n(gradient + row * stride, n, gathered + row * n);
      gradient = gathered;
    }
    derivative(f, gradient, u, count * n, slope);
    for (std::int64_t row = 0; row < count; ++row)
      add_row(slope.values + row * n, part + row * stride, n, channels, dx + (first + row) * stride, sums,
              distance_sums);
  });
}

template <class T>
void columns_correct(const T* x, T* dx, std::int64_t rows, std::int64_t stride, std::int64_t n,
                     Affine<const T*> channels) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const T* const from = x + row * stride;
    T* const to = dx + row * stride;
    for (std::int64_t i = 0; i < n; ++i)
      to[i] = to[i] - channels.shift[i] - (from[i] - channels.centre[i]) * channels.scale[i];
  }
}

template <class T>
constexpr NormalisationKernels<T> kernels_of() {
  return {row_moments<T>,  columns_mean<T>,     columns_distances<T>, row_forward<T>,    columns_forward<T>,
          row_backward<T>, columns_backward<T>, row_correct<T>,       columns_correct<T>};
}

}  // namespace

extern const NormalisationFunctions normalisation_functions;
const NormalisationFunctions normalisation_functions{kernels_of<float>(), kernels_of<double>()};

}  // namespace torchactiv::TORCHACTIV_ISA
