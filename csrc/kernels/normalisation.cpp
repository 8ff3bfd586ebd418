#include "csrc/kernels/normalisation.h"

#include "csrc/kernels/combination_block.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

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
  for (std::int64_t i = 0; i < n; ++i) y[i] = (x[i] - channel.centre) * channel.scale + channel.shift;
  block_of<T>(f, n).forward(y, {y, 1});
}

// g f'(u) in the place of u: kernels read whole vectors before they write them.
template <class T>
void derivative(FusedKernels f, const T* g, T* u, std::int64_t n) {
  const Block<T> block = block_of<T>(f, n);
  block.forward_if_saved(u, {u, 1});
  block.backward(u, g, {u, 1}, u);
}

template <class T>
void row_backward(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t n, Affine<T> channel, double* sums) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = (x[i] - channel.centre) * channel.scale + channel.shift;
  derivative(f, g, dx, n);
  using V = Vector<T>;
  const V centre(channel.centre), scale(channel.scale);
  V slopes(0.0), distances(0.0);
  by_vectors<T>(n, [&](std::int64_t i, std::int64_t count) {
    const V s = load(dx + i, count);
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

template <class T>
void normalise_columns(const T* x, T* u, std::int64_t rows, std::int64_t stride, std::int64_t n, Affine<const T*> c) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const T* const from = x + row * stride;
    T* const to = u + row * stride;
    for (std::int64_t i = 0; i < n; ++i) to[i] = (from[i] - c.centre[i]) * c.scale[i] + c.shift[i];
  }
}

// Calls work(offset, n) for the rows, or for all of them together where nothing lies between them.
template <class Work>
void by_rows(std::int64_t rows, std::int64_t stride, std::int64_t n, Work work) {
  if (stride == n) return work(std::int64_t{0}, rows * n);
  for (std::int64_t row = 0; row < rows; ++row) work(row * stride, n);
}

template <class T>
void columns_forward(FusedKernels f, const T* x, T* y, std::int64_t rows, std::int64_t stride, std::int64_t n,
                     Affine<const T*> channels) {
  normalise_columns(x, y, rows, stride, n, channels);
  by_rows(rows, stride, n,
          [&](std::int64_t offset, std::int64_t count) { block_of<T>(f, count).forward(y + offset, {y + offset, 1}); });
}

// Of one row, with g f' in the place of dx.
template <class T>
void add_row(const T* __restrict x, std::int64_t n, Affine<const T*> channels, T* __restrict dx, T* __restrict sums,
             T* __restrict distance_sums) {
  for (std::int64_t i = 0; i < n; ++i) {
    const T slope = dx[i];
    dx[i] = slope * channels.scale[i];
    sums[i] += slope;
    distance_sums[i] += slope * (x[i] - channels.centre[i]);
  }
}

template <class T>
void columns_backward(FusedKernels f, const T* g, const T* x, T* dx, std::int64_t rows, std::int64_t stride,
                      std::int64_t n, Affine<const T*> channels, T* sums, T* distance_sums) {
  normalise_columns(x, dx, rows, stride, n, channels);
  by_rows(rows, stride, n,
          [&](std::int64_t offset, std::int64_t count) { derivative(f, g + offset, dx + offset, count); });
  for (std::int64_t row = 0; row < rows; ++row)
    add_row(x + row * stride, n, channels, dx + row * stride, sums, distance_sums);
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
