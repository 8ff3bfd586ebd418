#include "csrc/kernels/normalisation.h"

#include "csrc/kernels/rounded_vectors.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

template <class T>
void columns_mean(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t n, T* mean) {
  std::fill_n(mean, n, T(0));
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < n; ++i) mean[i] += x[row * stride + i];
  for (std::int64_t i = 0; i < n; ++i) mean[i] /= static_cast<T>(rows);
}

template <class Data>
[[gnu::flatten]] void columns_distances(const void* data, std::int64_t rows, std::int64_t stride, std::int64_t n,
                                        const float* estimate, float* distances, float* squares, bool from_memory) {
  const Data* const x = static_cast<const Data*>(data);
  by_columns(takes_single_rows(from_memory, n), rows, n,
             [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
               const auto origin = some.load(estimate + i);
               auto sum = some.load(distances + i), square_sum = some.load(squares + i);
               for (int k = 0; k < together; ++k) {
                 const auto distance = some.read(x + (row + k) * stride + i) - origin;
                 sum = sum + distance;
                 square_sum = multiply_add(distance, distance, square_sum);
               }
               some.store(sum, distances + i);
               some.store(square_sum, squares + i);
             });
}

[[gnu::flatten]] void columns_distances_of_doubles(const void* data, std::int64_t rows, std::int64_t stride,
                                                   std::int64_t n, const double* estimate, double* distances,
                                                   double* squares, bool) {
  const double* x = static_cast<const double*>(data);
  for (std::int64_t row = 0; row < rows; ++row, x += stride)
    by_falling_widths<double>(
        n,
        [=]<class V>(std::int64_t i, V) {
          const V distance = read_as<V>(x + i) - load_as<V>(estimate + i);
          store_as(load_as<V>(distances + i) + distance, distances + i);
          store_as(multiply_add(distance, distance, load_as<V>(squares + i)), squares + i);
        },
        0);
}

template <class T>
void add(const T* __restrict r, T* __restrict u, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) u[i] += r[i];
}
template <class T>
void subtract(const T* __restrict r, T* __restrict u, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) u[i] -= r[i];
}

template <class T>
void row_forward(FusedKernels f, const T* x, const T* r, T* y, std::int64_t n, Affine<T> channel) {
  normalise(x, y, n, channel);
  if (r) add(r, y, n);
  activate(f, y, n);
}

template <class T>
void rows_forward(FusedKernels f, const T* x, const T* r, T* y, std::int64_t rows, std::int64_t n,
                  const Affine<T>* channels) {
  for (std::int64_t row = 0; row < rows; ++row) normalise(x + row * n, y + row * n, n, channels[row]);
  if (r) add(r, y, rows * n);
  activate(f, y, rows * n);
}

template <class T>
void row_restore(FusedKernels f, const T* y, const T* r, T* x, std::int64_t n, Affine<T> channel) {
  block_of<T>(f, n).inverse(x, y);
  if (r) subtract(r, x, n);
  normalise(x, x, n, channel);
}

template <class T>
void row_backward(FusedKernels f, const T* g, const T* x, const T* r, T* dx, T* dr, std::int64_t n, Affine<T> channel,
                  double* sums) {
  normalise(x, dx, n, channel);
  if (r) add(r, dx, n);
  derivative(f, g, dx, n);
  finish_row(x, dx, dr, n, channel, sums);
}

template <class T>
void rows_backward(FusedKernels f, const T* g, const T* x, const T* r, T* dx, T* dr, std::int64_t rows, std::int64_t n,
                   const Affine<T>* channels, std::array<double, 2>* sums) {
  for (std::int64_t row = 0; row < rows; ++row) normalise(x + row * n, dx + row * n, n, channels[row]);
  if (r) add(r, dx, rows * n);
  derivative(f, g, dx, rows * n);
  if (dr) std::copy_n(dx, rows * n, dr);
  for (std::int64_t row = 0; row < rows; ++row)
    finish_row<T>(x + row * n, dx + row * n, nullptr, n, channels[row], sums[row].data());
}

// f' is that of the u that f(u) = y has: of one computed again, rounding might be on the other side of a kink.
template <class T>
void row_backward_from_output(FusedKernels f, const T* g, const T* y, const T* r, T* d, T* dx, T* dr, std::int64_t n,
                              Affine<T> channel, Affine<T> inverse, double* sums) {
  block_of<T>(f, n).inverse(dx, y);
  std::copy_n(dx, n, d);
  if (r) subtract(r, d, n);
  normalise(d, d, n, inverse);
  derivative(f, g, dx, n);
  finish_row(d, dx, dr, n, {0, channel.scale, 0}, sums);
}

template <class T>
void normalise_columns(const T* x, const T* r, T* u, std::int64_t rows, std::int64_t stride, std::int64_t n,
                       Affine<const T*> channels) {
  for (std::int64_t offset = 0; offset < rows * stride; offset += stride) {
    normalise(x + offset, u + offset, n, channels);
    if (r) add(r + offset, u + offset, n);
  }
}

// Calls work(offset, n) for the rows, or for all of them together where nothing lies between them.
template <class Work>
void by_rows(std::int64_t rows, std::int64_t stride, std::int64_t n, Work work) {
  if (stride == n) return work(std::int64_t{0}, rows * n);
  for (std::int64_t row = 0; row < rows; ++row) work(row * stride, n);
}

template <class T>
void columns_forward(FusedKernels f, const T* x, const T* r, T* y, std::int64_t rows, std::int64_t stride,
                     std::int64_t n, Affine<const T*> channels) {
  normalise_columns(x, r, y, rows, stride, n, channels);
  by_rows(rows, stride, n, [&](std::int64_t offset, std::int64_t count) { activate(f, y + offset, count); });
}

template <class T>
void columns_restore(FusedKernels f, const T* y, const T* r, T* x, std::int64_t rows, std::int64_t stride,
                     std::int64_t n, Affine<const T*> channels) {
  by_rows(rows, stride, n,
          [&](std::int64_t offset, std::int64_t count) { block_of<T>(f, count).inverse(x + offset, y + offset); });
  for (std::int64_t offset = 0; offset < rows * stride; offset += stride) {
    if (r) subtract(r + offset, x + offset, n);
    normalise(x + offset, x + offset, n, channels);
  }
}

// Of one row, with g f' in the place of dx.
template <class T>
void add_row(const T* __restrict x, std::int64_t n, Affine<const T*> channels, T* __restrict dx, T* __restrict sums,
             T* __restrict distance_sums) {
  for (std::int64_t i = 0; i < n; ++i) {
    const T slope = dx[i];
    dx[i] = slope * channels.scale[i];
    sums[i] += slope;
    distance_sums[i] = multiply_add(slope, x[i] - channels.centre[i], distance_sums[i]);
  }
}

template <class T>
void columns_backward(FusedKernels f, const T* g, const T* x, const T* r, T* dx, T* dr, std::int64_t rows,
                      std::int64_t stride, std::int64_t n, Affine<const T*> channels, T* sums, T* distance_sums) {
  normalise_columns(x, r, dx, rows, stride, n, channels);
  by_rows(rows, stride, n, [&](std::int64_t offset, std::int64_t count) {
    derivative(f, g + offset, dx + offset, count);
    if (dr) std::copy_n(dx + offset, count, dr + offset);
  });
  for (std::int64_t row = 0; row < rows; ++row)
    add_row(x + row * stride, n, channels, dx + row * stride, sums, distance_sums);
}

template <class T>
void columns_backward_from_output(FusedKernels f, const T* g, const T* y, const T* r, T* d, T* dx, T* dr,
                                  std::int64_t rows, std::int64_t n, Affine<const T*> channels,
                                  Affine<const T*> inverse, T* sums, T* distance_sums) {
  block_of<T>(f, rows * n).inverse(dx, y);
  std::copy_n(dx, rows * n, d);
  if (r) subtract(r, d, rows * n);
  derivative(f, g, dx, rows * n);
  if (dr) std::copy_n(dx, rows * n, dr);
  for (std::int64_t offset = 0; offset < rows * n; offset += n) {
    normalise(d + offset, d + offset, n, inverse);
    add_row(d + offset, n, channels, dx + offset, sums, distance_sums);
  }
}

template <class T>
void rows_correct(const T* x, T* dx, std::int64_t rows, std::int64_t n, const Correction<T>* channels) {
  for (std::int64_t row = 0; row < rows; ++row) correct(x + row * n, dx + row * n, n, channels[row]);
}

template <class T>
void columns_correct(const T* x, T* dx, std::int64_t rows, std::int64_t stride, std::int64_t n,
                     Correction<const T*> c) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const T* const from = x + row * stride;
    T* const to = dx + row * stride;
    for (std::int64_t i = 0; i < n; ++i)
      to[i] = multiply_add(multiply_add(from[i] - c.centre[i], c.slope[i], c.shift[i]), -c.scale[i], to[i]);
  }
}

// With the moments of Data in memory at its place.
template <class T, bool about_zero>
constexpr std::array<MomentsOfRow, element_count> row_moments_of() {
  std::array<MomentsOfRow, element_count> found{};
  const auto add = [&]<class Data>(Data) {
    found[static_cast<std::size_t>(element_of<Data>)] = [](const void* x, std::int64_t n) {
      const Data* const data = static_cast<const Data*>(x);
      return about_zero ? row_moments_about_zero(data, n) : row_moments(data, n);
    };
  };
  add(T());
  if constexpr (std::is_same_v<T, float>) add(BFloat16Element()), add(Float16Element());
  return found;
}

template <class T>
constexpr std::array<ColumnsDistances<T>, element_count> columns_distances_of() {
  if constexpr (std::is_same_v<T, double>)
    return {nullptr, columns_distances_of_doubles, nullptr, nullptr};
  else
    return {columns_distances<float>, nullptr, columns_distances<BFloat16Element>, columns_distances<Float16Element>};
}

template <class T>
constexpr NormalisationKernels<T> kernels_of() {
  return {
      .row_moments = row_moments_of<T, false>(),
      .row_moments_about_zero = row_moments_of<T, true>(),
      .columns_mean = columns_mean<T>,
      .columns_distances = columns_distances_of<T>(),
      .row_forward = row_forward<T>,
      .rows_forward = rows_forward<T>,
      .columns_forward = columns_forward<T>,
      .row_restore = row_restore<T>,
      .columns_restore = columns_restore<T>,
      .row_backward = row_backward<T>,
      .columns_backward = columns_backward<T>,
      .rows_backward = rows_backward<T>,
      .row_backward_from_output = row_backward_from_output<T>,
      .columns_backward_from_output = columns_backward_from_output<T>,
      .row_correct = correct<T>,
      .rows_correct = rows_correct<T>,
      .columns_correct = columns_correct<T>,
  };
}

}  // namespace

extern const NormalisationFunctions normalisation_functions;
const NormalisationFunctions normalisation_functions{kernels_of<float>(), kernels_of<double>()};

}  // namespace torchactiv::TORCHACTIV_ISA
