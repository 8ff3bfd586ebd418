// Passes in the order of memory over channels that are short rows: some of them at a time, which share a call of the
// activation.
#pragma once

#include <ATen/Parallel.h>

#include <array>

#include "csrc/cpu/elementwise.h"
#include "csrc/normalisation/batch_norm/statistics.h"
#include "csrc/normalisation/kept_slopes.h"

namespace torchactiv {

template <class T>
class InRows {
 public:
  // Whether rows are long enough to be worth it, and short enough.
  static bool suits(const ChannelLayout& layout) { return layout.inner >= 8 && layout.inner <= most_elements; }

  InRows(const ChannelLayout& layout, const NormalisationKernels<T>& kernels) : layout_(layout), kernels_(kernels) {}

  void forward(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, const Statistics<T>& statistics,
               const FusedKernels& f) const {
    const auto values = each_channel([&](std::size_t c) { return statistics.affine(c); });
    each_run([&](const Pieces& p, std::int64_t rows, std::size_t channel) {
      if constexpr (std::is_same_v<T, float>)
        if (has_loops(f))
          return f.loops->rows[x.element()].forward(x.at(p.offset), r.at(p.offset), y.at(p.offset), rows, layout_.inner,
                                                    &values[channel], f.arguments, f.streams);
      Memory of_x, of_r, of_y;
      T* const output = y.place(p, of_y.values);
      const T *const input = x.read(p, of_x.values), *const residual = r.read(p, of_r.values);
      kernels_.rows_forward(f, input, residual, output, rows, layout_.inner, &values[channel]);
      y.write(p, output);
    });
  }

  // Whether the sums of rows take little memory beside these.
  static bool suits_sums(const ChannelLayout& layout) { return suits(layout) && layout.inner >= 32; }

  // Whether backward is in one loop with the activation, which reads each element of g before it writes that of dx.
  bool is_in_one_loop(const FusedKernels& f, bool corrected) const { return has_loops(f) && corrected; }
  // The sums of backward, and g f' scale in dx, or all of the gradient.
  std::vector<Sums> backward(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r, const Operand<T>& dx,
                             const Operand<T>& dr, const Statistics<T>& statistics, const FusedKernels& f,
                             bool corrected) const {
    if constexpr (std::is_same_v<T, float>)
      if (is_in_one_loop(f, corrected)) return backward_in_one_loop(g, x, r, dx, dr, statistics, f);
    const auto values = each_channel([&](std::size_t c) { return statistics.affine(c); });
    RowSums found(static_cast<std::size_t>(layout_.outer * layout_.channels));
    each_run([&](const Pieces& p, std::int64_t rows, std::size_t channel) {
      Memory of_g, of_x, of_r, of_dx, of_dr;
      T *const output = dx.place(p, of_dx.values), *const residual = dr.place(p, of_dr.values);
      kernels_.rows_backward(f, g.read(p, of_g.values), x.read(p, of_x.values), r.read(p, of_r.values), output,
                             residual, rows, layout_.inner, &values[channel], row_of(found, p));
      dx.write(p, output);
      dr.write(p, residual);
    });
    const std::vector<Sums> sums = of_channels(found);
    if (corrected) correct(x, dx, statistics, sums);
    return sums;
  }

  // dx becomes what backward owes to the mean and the variance.
  void correct(const Operand<T>& x, const Operand<T>& dx, const Statistics<T>& statistics,
               const std::vector<Sums>& sums) const {
    const auto corrections = each_channel([&](std::size_t c) { return statistics.correction(c, sums[c]); });
    each_run([&](const Pieces& p, std::int64_t rows, std::size_t channel) {
      Memory of_x, of_dx;
      T* const output = dx.read(p, of_dx.values);
      kernels_.rows_correct(x.read(p, of_x.values), output, rows, layout_.inner, &corrections[channel]);
      dx.write(p, output);
    });
  }

 private:
  static constexpr std::int64_t most_elements = 1024;

  struct alignas(64) Memory {
    T values[most_elements];
  };
  using RowSums = std::vector<std::array<double, 2>>;

  bool has_loops(const FusedKernels& f) const { return f.loops && f.loops->suits_rows(layout_.inner); }

  std::vector<Sums> backward_in_one_loop(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r,
                                         const Operand<T>& dx, const Operand<T>& dr, const Statistics<T>& statistics,
                                         const FusedKernels& f) const {
    const FusedRows& loops = f.loops->rows[x.element()];
    const KeptSlopes<T> kept(*f.loops, g, dx, dr);
    const auto values = each_channel([&](std::size_t c) { return statistics.affine(c); });
    RowSums found(static_cast<std::size_t>(layout_.outer * layout_.channels));
    each_run([&](const Pieces& p, std::int64_t rows, std::size_t channel) {
      loops.sums(g.at(p.offset), x.at(p.offset), r.at(p.offset), kept.to.at(p.offset), rows, layout_.inner,
                 &values[channel], row_of(found, p), f.arguments);
    });
    const std::vector<Sums> sums = of_channels(found);
    const auto corrections = each_channel([&](std::size_t c) { return statistics.correction(c, sums[c]); });
    const auto finish = r.exists() ? loops.gradient_of_slope : loops.gradient;
    each_run([&](const Pieces& p, std::int64_t rows, std::size_t channel) {
      finish(kept.from.at(p.offset), x.at(p.offset), dx.at(p.offset), rows, layout_.inner, &values[channel],
             &corrections[channel], f.arguments, f.streams);
    });
    return sums;
  }

  std::array<double, 2>* row_of(RowSums& found, const Pieces& p) const {
    return &found[static_cast<std::size_t>(p.offset / layout_.inner)];
  }
  std::vector<Sums> of_channels(const RowSums& rows) const {
    std::vector<Sums> sums(static_cast<std::size_t>(layout_.channels));
    for (std::size_t first = 0; first < rows.size(); first += sums.size())
      for (std::size_t c = 0; c < sums.size(); ++c) sums[c].add({rows[first + c][0], rows[first + c][1]});
    return sums;
  }

  template <class Of>
  auto each_channel(Of of) const {
    std::vector<decltype(of(std::size_t{}))> channels(static_cast<std::size_t>(layout_.channels));
    for (std::size_t c = 0; c < channels.size(); ++c) channels[c] = of(c);
    return channels;
  }

  // Calls work(elements, how many rows, the first of their channels).
  template <class Work>
  void each_run(Work work) const {
    const std::int64_t most = most_elements / layout_.inner;
    at::parallel_for(0, layout_.outer * layout_.channels, std::max<std::int64_t>(1, grain_size / layout_.inner),
                     [&](std::int64_t row, std::int64_t end) {
                       while (row < end) {
                         const std::int64_t channel = row % layout_.channels;
                         const std::int64_t rows = std::min({most, end - row, layout_.channels - channel});
                         work(Pieces{row * layout_.inner, 1, 0, rows * layout_.inner}, rows,
                              static_cast<std::size_t>(channel));
                         row += rows;
                       }
                     });
  }

  ChannelLayout layout_;
  const NormalisationKernels<T>& kernels_;
};

}  // namespace torchactiv
