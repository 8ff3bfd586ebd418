// Passes over data whose channels lie side by side, or are short rows: strips of some rows, of which every column has
// the numbers of its channel. Narrow rows behind each other are treated as one, whose channels repeat.
#pragma once

#include <ATen/Parallel.h>

#include <span>

#include "csrc/cpu/elementwise.h"
#include "csrc/normalisation/batch_norm/in_rows.h"
#include "csrc/normalisation/batch_norm/statistics.h"
#include "csrc/normalisation/operand.h"

namespace torchactiv {

template <class T>
class ByColumns {
 public:
  ByColumns(const ChannelLayout& layout, const NormalisationKernels<T>& kernels)
      : layout_(layout),
        channels_(layout.channels),
        inner_(layout.inner),
        elements_(layout.outer * layout.channels * layout.inner),
        kernels_(kernels) {
    repeats_ = std::clamp<std::int64_t>(narrow_row / period(), 1, layout.outer);
    width_ = period() * repeats_;
    rows_ = (elements_ + width_ - 1) / width_;
    strip_ = std::min(width_, most_columns / inner_ * inner_);
    strips_ = (width_ + strip_ - 1) / strip_;
    block_rows_ = std::max<std::int64_t>(1, most_elements / strip_);
    group_rows_ =
        std::max(block_rows_, std::clamp<std::int64_t>(group_elements / strip_, least_group_rows, most_group_rows));
    groups_ = (rows_ + group_rows_ - 1) / group_rows_;
  }

  void train(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, Statistics<T>& statistics,
             const FusedKernels& f) const {
    std::vector<Counted> found(static_cast<std::size_t>(groups_ * channels_));
    in_parallel([&](std::int64_t group, std::int64_t first) {
      const std::span<Counted> into = of_strip(found, group, first);
      if (!measure(kernels_, x, group, first, into) && !std::is_same_v<T, double>)  // squares that are too large
        measure(normalisation_functions().doubles, x, group, first, into);
    });
    std::vector<Counted> sum(static_cast<std::size_t>(channels_));
    for (auto part = found.begin(); part != found.end(); part += channels_)
      for (std::size_t channel = 0; channel < sum.size(); ++channel)
        sum[channel].add(part[channel].moments, part[channel].count);
    for (std::size_t channel = 0; channel < sum.size(); ++channel) statistics.set(channel, sum[channel]);
    if (y.exists()) forward(x, r, y, statistics, f);
  }

  void forward(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, const Statistics<T>& statistics,
               const FusedKernels& f) const {
    if (InRows<T>::suits(layout_)) return InRows<T>(layout_, kernels_).forward(x, r, y, statistics, f);
    map(kernels_.columns_forward, x, r, y, f, [&](std::size_t channel) { return statistics.affine(channel); });
  }
  void restore(const Operand<T>& y, const Operand<T>& r, const Operand<T>& x, const Statistics<T>& statistics,
               const FusedKernels& f) const {
    map(kernels_.columns_restore, y, r, x, f, [&](std::size_t channel) { return statistics.inverse_affine(channel); });
  }

  std::vector<Sums> backward(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r, const Operand<T>& dx,
                             const Operand<T>& dr, const Statistics<T>& statistics, const FusedKernels& f,
                             BackwardTask task) const {
    if (!task.from_output && InRows<T>::suits_sums(layout_)) {
      const InRows<T> passes(layout_, kernels_);
      const std::vector<Sums> sums = passes.backward(g, x, r, dx, dr, statistics, f);
      if (task.corrected) passes.correct(x, dx, statistics, sums);
      return sums;
    }
    const Values values(*this, [&](std::size_t channel) { return statistics.affine(channel); });
    const Values inverses(*this, [&](std::size_t channel) { return statistics.inverse_affine(channel); });
    std::vector<Sums> found(static_cast<std::size_t>(groups_ * channels_));
    in_parallel([&](std::int64_t group, std::int64_t first) {
      Memory slopes{}, distances{};
      each_block(
          group, first,
          [&](const Pieces& p) {
            Memory of_g, of_x, of_r, of_dx, of_dr, distance;
            const Part gradient = read(g, p, of_g), input = read(x, p, of_x), residual = read(r, p, of_r);
            const Part output = place(dx, p, of_dx), of_residual = place(dr, p, of_dr);
            if (task.from_output)
              kernels_.columns_backward_from_output(f, gradient.pointer, input.pointer, residual.pointer,
                                                    distance.values, output.pointer, of_residual.pointer, p.rows, p.n,
                                                    values.from(first), inverses.from(first), slopes.values,
                                                    distances.values);
            else
              kernels_.columns_backward(f, gradient.pointer, input.pointer, residual.pointer, output.pointer,
                                        of_residual.pointer, p.rows, output.stride, p.n, values.from(first),
                                        slopes.values, distances.values);
            write(dx, p, output);
            write(dr, p, of_residual);
          },
          task.from_output);
      const std::span<Sums> into = of_strip(found, group, first);
      for (std::size_t c = 0; c < into.size(); ++c) into[c] = {total(slopes.values, c), total(distances.values, c)};
    });
    std::vector<Sums> sums(static_cast<std::size_t>(channels_));
    for (auto part = found.begin(); part != found.end(); part += channels_)
      for (std::size_t channel = 0; channel < sums.size(); ++channel) {
        sums[channel].slope += part[channel].slope;
        sums[channel].distance += part[channel].distance;
      }
    if (!task.corrected) return sums;
    if (!task.from_output && InRows<T>::suits(layout_)) {
      InRows<T>(layout_, kernels_).correct(x, dx, statistics, sums);
      return sums;
    }
    const Values corrections(*this, [&](std::size_t c) { return statistics.correction(c, sums[c]); });
    in_parallel([&](std::int64_t group, std::int64_t first) {
      each_block(
          group, first,
          [&](const Pieces& p) {
            Memory of_x, of_r, of_dx, distance;
            const Part output = read(dx, p, of_dx);
            Part input = read(x, p, of_x);
            if (task.from_output) {
              kernels_.columns_restore(f, input.pointer, read(r, p, of_r).pointer, distance.values, p.rows, p.n, p.n,
                                       inverses.from(first));
              input.pointer = distance.values;
            }
            kernels_.columns_correct(input.pointer, output.pointer, p.rows, output.stride, p.n,
                                     corrections.from(first));
            write(dx, p, output);
          },
          task.from_output);
    });
    return sums;
  }

 private:
  static constexpr std::int64_t most_elements = NormalisationFunctions::most_elements;
  static constexpr std::int64_t most_columns = NormalisationFunctions::most_columns;
  // How the work is cut, by the shape alone.
  static constexpr std::int64_t narrow_row = 256, group_elements = 32768, least_group_rows = 64, most_group_rows = 256;

  struct alignas(64) Memory {
    T values[most_elements];
  };
  struct Part {
    T* pointer;
    std::int64_t stride;
  };

  // The numbers of every channel, column by column.
  class Values {
   public:
    template <class Of>
    Values(const ByColumns& work, Of of) {
      for (std::vector<T>* const values : {&centre_, &scale_, &shift_})
        values->reserve(static_cast<std::size_t>(work.width_));
      for (std::int64_t slot = 0; slot < work.channels_ * work.repeats_; ++slot) {
        const Affine<T> affine = of(static_cast<std::size_t>(slot % work.channels_));
        const auto repeat = static_cast<std::size_t>(work.inner_);
        centre_.insert(centre_.end(), repeat, affine.centre);
        scale_.insert(scale_.end(), repeat, affine.scale);
        shift_.insert(shift_.end(), repeat, affine.shift);
      }
    }
    Affine<const T*> from(std::int64_t column) const {
      return {centre_.data() + column, scale_.data() + column, shift_.data() + column};
    }

   private:
    std::vector<T> centre_, scale_, shift_;
  };

  // The moments of a strip's channels in a group, computed in S; whether they are finite.
  template <class S>
  bool measure(const NormalisationKernels<S>& kernels, const Operand<T>& x, std::int64_t group, std::int64_t first,
               std::span<Counted> into) const {
    alignas(64) S estimate[most_elements], distances[most_elements] = {}, squares[most_elements] = {};
    std::int64_t rows = 0, repeats = 0;  // of which the last row may have fewer than the others
    each_block(group, first, [&](const Pieces& p) {
      Memory of_x;
      alignas(64) S converted[std::is_same_v<S, T> ? 1 : most_elements];
      const S* pointer;
      std::int64_t stride;
      if constexpr (std::is_same_v<S, T>) {
        const Part part = read(x, p, of_x);
        pointer = part.pointer, stride = part.stride;
      } else {
        x.gather(p, of_x.values);
        pointer = converted, stride = p.n;
        std::copy_n(of_x.values, p.elements(), converted);
      }
      if (rows == 0) {
        kernels.columns_mean(pointer, p.rows, stride, p.n, estimate);
        estimate_channels(estimate, p.n, std::min(strip_, width_ - first));
      }
      kernels.columns_distances(pointer, p.rows, stride, p.n, estimate, distances, squares);
      rows += p.rows;
      repeats += p.rows * (repeats_ == 1 ? 1 : p.n / period());
    });
    const std::int64_t count = repeats * inner_;
    for (std::size_t c = 0; c < into.size(); ++c) {
      into[c] = {};
      into[c].add(moments_about(static_cast<double>(estimate[c * static_cast<std::size_t>(inner_)]), count,
                                total(distances, c), total(squares, c)),
                  count);
    }
    return std::all_of(into.begin(), into.end(), [](const Counted& c) { return std::isfinite(c.moments.squares); });
  }

  template <class Of>
  void map(ColumnsMap<T> kernel, const Operand<T>& from, const Operand<T>& r, const Operand<T>& to,
           const FusedKernels& f, Of affine) const {
    const Values values(*this, affine);
    in_parallel([&](std::int64_t group, std::int64_t first) {
      each_block(group, first, [&](const Pieces& p) {
        Memory of_from, of_r, of_to;
        const Part input = read(from, p, of_from), residual = read(r, p, of_r), output = place(to, p, of_to);
        kernel(f, input.pointer, residual.pointer, output.pointer, p.rows, output.stride, p.n, values.from(first));
        write(to, p, output);
      });
    });
  }

  std::int64_t period() const { return channels_ * inner_; }

  // What is found of the channels of a strip in a group.
  template <class Found>
  std::span<Found> of_strip(std::vector<Found>& found, std::int64_t group, std::int64_t first) const {
    const std::int64_t count = std::min(strip_, width_ - first) / inner_ / repeats_;
    return {found.data() + group * channels_ + first / inner_, static_cast<std::size_t>(count)};
  }

  // Calls work(column) for the columns of the c-th channel of a strip.
  template <class Work>
  void each_column(std::size_t c, Work work) const {
    const std::int64_t column = static_cast<std::int64_t>(c) * inner_;
    for (std::int64_t repeat = 0; repeat < repeats_; ++repeat)
      for (std::int64_t i = 0; i < inner_; ++i) work(repeat * period() + column + i);
  }
  template <class S>
  double total(const S* values, std::size_t c) const {
    double sum = 0;
    each_column(c, [&](std::int64_t column) { sum += static_cast<double>(values[column]); });
    return sum;
  }
  // One estimate for all n columns of a channel, from the `known` first columns of the strip.
  template <class S>
  void estimate_channels(S* means, std::int64_t known, std::int64_t n) const {
    if (inner_ == 1 && repeats_ == 1) return;
    std::fill(means + known, means + n, S(0));
    const std::int64_t columns = repeats_ == 1 ? inner_ : known / period() * inner_;
    for (std::size_t c = 0; c < static_cast<std::size_t>(n / inner_ / repeats_); ++c) {
      const S mean = static_cast<S>(total(means, c) / static_cast<double>(columns));
      each_column(c, [&](std::int64_t column) { means[column] = mean; });
    }
  }

  // work(group, first column of a strip)
  template <class Work>
  void in_parallel(Work work) const {
    const std::int64_t grain = std::max<std::int64_t>(1, grain_size / (std::min(group_rows_, rows_) * strip_));
    at::parallel_for(0, groups_ * strips_, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) work(i / strips_, i % strips_ * strip_);
    });
  }

  // The last row may be short. `side_by_side`: nothing may lie between the rows of a block.
  template <class Work>
  void each_block(std::int64_t group, std::int64_t first, Work work, bool side_by_side = false) const {
    const std::int64_t last = std::min((group + 1) * group_rows_, rows_), whole = elements_ / width_;
    const std::int64_t n = std::min(strip_, width_ - first);
    for (std::int64_t row = group * group_rows_; row < last;) {
      const std::int64_t most = side_by_side && strip_ < width_ ? 1 : block_rows_;
      const std::int64_t rows = std::min({most, last - row, std::max<std::int64_t>(1, whole - row)});
      const std::int64_t length = row < whole ? n : std::min(n, elements_ - row * width_ - first);
      if (length > 0) work(Pieces{row * width_ + first, rows, width_, length});
      row += rows;
    }
  }

  // 16-bit elements go through memory, all operands alike; an operand that does not exist is a null pointer.
  static Part read(const Operand<T>& operand, const Pieces& p, Memory& memory) {
    if (!operand.exists()) return {nullptr, 0};
    if (!operand.is_converted()) return {operand.direct(p.offset), p.stride};
    operand.gather(p, memory.values);
    return {memory.values, p.n};
  }
  static Part place(const Operand<T>& operand, const Pieces& p, Memory& memory) {
    if (!operand.exists()) return {nullptr, 0};
    return operand.is_converted() ? Part{memory.values, p.n} : Part{operand.direct(p.offset), p.stride};
  }
  static void write(const Operand<T>& operand, const Pieces& p, const Part& values) {
    if (operand.exists() && operand.is_converted()) operand.scatter(p, values.pointer);
  }

  ChannelLayout layout_;
  std::int64_t channels_, inner_, elements_;
  const NormalisationKernels<T>& kernels_;
  std::int64_t repeats_, width_, rows_, strip_, strips_, block_rows_, group_rows_, groups_;
};

}  // namespace torchactiv
