#include "csrc/kernels/row_norm.h"

#include "csrc/kernels/row_elements.h"
#include "csrc/kernels/row_segments.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

template <class T>
void add_two(const T* a, const T* b, T* sum, std::int64_t n) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) sum[i] = a[i] + b[i];
}

// Calls work(row, its first element, the first of its channels).
template <class Work>
void each_row(const RowBlock& block, std::int64_t begin, std::int64_t end, Work work) {
  for (std::int64_t row = begin; row < end; ++row) work(row, row * block.length(), block.first_channel(row));
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

template <class T>
void forward(FusedKernels f, const T* x, T* y, const RowBlock& block, const T* w, const T* b, RowState* states) {
  const std::int64_t length = block.length(), batch = std::max<std::int64_t>(columns_together / length, 1);
  for (std::int64_t begin = 0; begin < block.rows; begin += batch) {
    const std::int64_t end = std::min(begin + batch, block.rows);
    for (std::int64_t row = begin; row < end; ++row)  // short ones do not wait for each other
      states[row] = RowState::of(row_moments(x + row * length, length), length, block.centred, block.eps);
    each_row(block, begin, end, [&](std::int64_t row, std::int64_t first, std::int64_t channel) {
      normalise_row(x + first, y + first, block, states[row].affine<T>(), w + channel, b + channel);
    });
  }
  activate(f, y, block.rows * length);
}

// The sums of a row's segments, and the gradient of x from them; s is g f', and may be in the place of dx.
template <class T>
void finish_segments(const T* s, const T* x, T* dx, const RowBlock& block, const RowState& state, const T* w,
                     double* dw, double* db) {
  const Affine<T> affine = state.affine<T>();
  double sums[2] = {};
  for (std::int64_t c = 0; c < block.channels; ++c) {
    double found[2] = {};
    sum_segment(s + c * block.inner, x + c * block.inner, block.inner, affine.centre, found);
    dw[c] += (found[1] - state.missing<T>() * found[0]) * state.inverse;
    db[c] += found[0];
    for (int i = 0; i < 2; ++i) sums[i] += found[i] * static_cast<double>(w[c]);
  }
  const Affine<T> correction = state.correction<T>(block.length(), block.centred, sums);
  for (std::int64_t c = 0; c < block.channels; ++c) {
    const std::int64_t at = c * block.inner;
    const T factor = w[c] * affine.scale;
    segments_correct(s + at, x + at, dx + at, 1, block.inner, &factor, correction);
  }
}

template <class T>
void segments_rows_backward(FusedKernels f, const T* g, const T* x, T* dx, const RowBlock& block, const T* w,
                            const T* b, const RowState* states, double* dw, double* db) {
  const std::int64_t length = block.length(), batch = std::max<std::int64_t>(elements_together / length, 1);
  for (std::int64_t begin = 0; begin < block.rows; begin += batch) {
    const std::int64_t end = std::min(begin + batch, block.rows);
    if (!f.is_identity) {
      each_row(block, begin, end, [&](std::int64_t row, std::int64_t first, std::int64_t channel) {
        normalise_row(x + first, dx + first, block, states[row].affine<T>(), w + channel, b + channel);
      });
      derivative(f, g + begin * length, dx + begin * length, (end - begin) * length);
    }
    each_row(block, begin, end, [&](std::int64_t row, std::int64_t first, std::int64_t channel) {
      finish_segments((f.is_identity ? g : dx) + first, x + first, dx + first, block, states[row], w + channel,
                      dw + channel, db + channel);
    });
  }
}

template <class T>
void backward(FusedKernels f, const T* g, const T* x, T* dx, const RowBlock& block, const T* w, const T* b,
              const RowState* states, ScaleSums<T> totals) {
  if (block.inner > 1)
    return segments_rows_backward(f, g, x, dx, block, w, b, states, totals.weight_doubles, totals.bias_doubles);
  const auto rows = [&](std::int64_t first, std::int64_t count) {
    const std::int64_t at = first * block.length(), channel = block.first_channel(first);
    elements_rows_backward(f, g + at, x + at, dx + at, count, block.length(), block.centred, states + first,
                           w + channel, b + channel, totals.weight + channel, totals.bias + channel);
  };
  if (block.groups == 1) return rows(0, block.rows);
  for (std::int64_t row = 0; row < block.rows; ++row) rows(row, 1);
}

template <class T>
constexpr RowNormKernels<T> kernels_of() {
  return {.add = add_two<T>,
          .forward = forward<T>,
          .backward = backward<T>,
          .elements_forward = elements_forward<T>,
          .elements_backward = elements_backward<T>,
          .elements_correct = write_elements<T>,
          .segments_forward = segments_forward<T>,
          .segments_backward = segments_backward<T>,
          .segments_correct = segments_correct<T>};
}

}  // namespace

extern const RowNormFunctions row_norm_functions;
const RowNormFunctions row_norm_functions{kernels_of<float>(), kernels_of<double>()};

}  // namespace torchactiv::TORCHACTIV_ISA
