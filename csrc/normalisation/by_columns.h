// Passes over data whose channels lie side by side, or are short rows: strips of some rows, of which every column has
// the numbers of its channel. Narrow rows behind each other are treated as one, whose channels repeat.
#pragma once

#include <ATen/Parallel.h>

#include <memory>

#include "csrc/cpu/elementwise.h"
#include "csrc/normalisation/operand.h"
#include "csrc/normalisation/statistics.h"

namespace torchactiv {

template <class T>
class ByColumns {
 public:
  ByColumns(const ChannelLayout& layout, const NormalisationKernels<T>& kernels)
      : channels_(layout.channels),
        inner_(layout.inner),
        elements_(layout.outer * layout.channels * layout.inner),
        kernels_(kernels) {
    const std::int64_t period = channels_ * inner_;
    width_ = period * std::clamp<std::int64_t>(narrow_row / period, 1, layout.outer);
    rows_ = (elements_ + width_ - 1) / width_;
    strip_ = std::min(width_, most_columns / inner_ * inner_);
    strips_ = (width_ + strip_ - 1) / strip_;
    block_rows_ = std::max<std::int64_t>(1, most_elements / strip_);
    group_rows_ = std::max(block_rows_, std::min<std::int64_t>(group_elements / strip_, most_group_rows));
    groups_ = (rows_ + group_rows_ - 1) / group_rows_;
  }

  void train(const Operand<T>& x, const Operand<T>& y, Statistics<T>& statistics, const FusedKernels& f) const {
    std::vector<Counted> found(static_cast<std::size_t>(groups_) * slots());
    in_parallel([&](std::int64_t group, std::int64_t first) {
      const std::int64_t n = std::min(strip_, width_ - first);
      Memory estimate, distances{}, squares{};
      std::int64_t rows = 0, cut = 0;  // the last of which may end behind some columns
      each_block(group, first, [&](const Pieces& p) {
        Memory of_x;
        const Part part = read(x, p, of_x);
        if (rows == 0) {
          kernels_.columns_mean(part.pointer, p.rows, part.stride, p.n, estimate.values);
          estimate_channels(estimate.values, p.n);
        }
        kernels_.columns_distances(part.pointer, p.rows, part.stride, p.n, estimate.values, distances.values,
                                   squares.values);
        rows += p.rows;
        if (p.n < n) cut = p.n;
      });
      Counted* const into = &found[static_cast<std::size_t>(group) * slots() + slot_of(first)];
      for (std::int64_t i = 0; i < n; i += inner_) {
        const std::int64_t count = inner_ * (rows - (cut > 0 && i >= cut ? 1 : 0));
        const double distance = total(distances.values + i), square = total(squares.values + i);
        into[i / inner_] = counted(static_cast<double>(estimate.values[i]), distance, square, count);
      }
      if (!std::all_of(into, into + n / inner_, is_finite)) measure_in_doubles(x, group, first, into);
    });
    std::vector<Counted> sum(static_cast<std::size_t>(channels_));
    for (std::size_t i = 0; i < found.size(); ++i) sum[i % sum.size()].add(found[i].moments, found[i].count);
    for (std::size_t channel = 0; channel < sum.size(); ++channel) statistics.set(channel, sum[channel]);
    forward(x, y, statistics, f);
  }

  void forward(const Operand<T>& x, const Operand<T>& y, const Statistics<T>& statistics, const FusedKernels& f) const {
    const Values values(*this, [&](std::size_t channel) { return statistics.affine(channel); });
    in_parallel([&](std::int64_t group, std::int64_t first) {
      each_block(group, first, [&](const Pieces& p) {
        Memory of_x, of_y;
        const Part input = read(x, p, of_x), output = place(y, p, of_y);
        kernels_.columns_forward(f, input.pointer, output.pointer, p.rows, output.stride, p.n, values.from(first));
        write(y, p, output);
      });
    });
  }

  std::vector<Sums> backward(const Operand<T>& g, const Operand<T>& x, const Operand<T>& dx,
                             const Statistics<T>& statistics, const FusedKernels& f, bool corrected) const {
    const Values values(*this, [&](std::size_t channel) { return statistics.affine(channel); });
    std::vector<Sums> found(static_cast<std::size_t>(groups_) * slots());
    in_parallel([&](std::int64_t group, std::int64_t first) {
      Memory slopes{}, distances{};
      each_block(group, first, [&](const Pieces& p) {
        Memory of_g, of_x, of_dx;
        const Part gradient = read(g, p, of_g), input = read(x, p, of_x), output = place(dx, p, of_dx);
        kernels_.columns_backward(f, gradient.pointer, input.pointer, output.pointer, p.rows, output.stride, p.n,
                                  values.from(first), slopes.values, distances.values);
        write(dx, p, output);
      });
      Sums* const into = &found[static_cast<std::size_t>(group) * slots() + slot_of(first)];
      for (std::int64_t i = 0; i < std::min(strip_, width_ - first); i += inner_)
        into[i / inner_] = {total(slopes.values + i), total(distances.values + i)};
    });
    std::vector<Sums> sums(static_cast<std::size_t>(channels_));
    for (std::size_t i = 0; i < found.size(); ++i) {
      sums[i % sums.size()].slope += found[i].slope;
      sums[i % sums.size()].distance += found[i].distance;
    }
    if (corrected) correct(x, dx, statistics, sums);
    return sums;
  }

 private:
  static constexpr std::int64_t most_elements = NormalisationFunctions::most_elements;
  static constexpr std::int64_t most_columns = NormalisationFunctions::most_columns;
  // How the work is cut, by the shape alone.
  static constexpr std::int64_t narrow_row = 256, group_elements = 32768, most_group_rows = 256;

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
      for (std::size_t slot = 0; slot < work.slots(); ++slot) {
        const Affine<T> affine = of(slot % static_cast<std::size_t>(work.channels_));
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

  // From sums of distances from an estimate, and of their squares: no digits are lost if it is near.
  static Counted counted(double estimate, double distances, double squares, std::int64_t count) {
    if (count == 0) return {};
    const double n = static_cast<double>(count);
    return {{estimate + distances / n, squares - distances * distances / n}, count};
  }
  static bool is_finite(const Counted& found) { return std::isfinite(found.moments.squares); }

  // Of numbers whose squares are too large.
  void measure_in_doubles(const Operand<T>& x, std::int64_t group, std::int64_t first, Counted* into) const {
    std::fill_n(into, std::min(strip_, width_ - first) / inner_, Counted{});
    each_block(group, first, [&](const Pieces& p) {
      T values[most_columns];
      for (std::int64_t row = 0; row < p.rows; ++row) {
        x.gather({p.offset + row * p.stride, 1, p.stride, p.n}, values);
        for (std::int64_t i = 0; i < p.n; ++i) into[i / inner_].add({static_cast<double>(values[i]), 0}, 1);
      }
    });
  }

  // The channels of a row, repetitions and all.
  std::size_t slots() const { return static_cast<std::size_t>(width_ / inner_); }
  std::size_t slot_of(std::int64_t column) const { return static_cast<std::size_t>(column / inner_); }

  // Over the columns of a channel.
  double total(const T* values) const {
    double sum = 0;
    for (std::int64_t i = 0; i < inner_; ++i) sum += static_cast<double>(values[i]);
    return sum;
  }
  // One estimate for all columns of a channel.
  void estimate_channels(T* means, std::int64_t n) const {
    for (std::int64_t i = 0; i < n && inner_ > 1; i += inner_)
      std::fill_n(means + i, inner_, static_cast<T>(total(means + i) / static_cast<double>(inner_)));
  }

  void correct(const Operand<T>& x, const Operand<T>& dx, const Statistics<T>& statistics,
               const std::vector<Sums>& sums) const {
    const Values values(*this, [&](std::size_t channel) { return statistics.correction(channel, sums[channel]); });
    in_parallel([&](std::int64_t group, std::int64_t first) {
      each_block(group, first, [&](const Pieces& p) {
        Memory of_x, of_dx;
        const Part input = read(x, p, of_x), output = read(dx, p, of_dx);
        kernels_.columns_correct(input.pointer, output.pointer, p.rows, output.stride, p.n, values.from(first));
        write(dx, p, output);
      });
    });
  }

  // work(group, first column of a strip)
  template <class Work>
  void in_parallel(Work work) const {
    const std::int64_t grain = std::max<std::int64_t>(1, grain_size / (std::min(group_rows_, rows_) * strip_));
    at::parallel_for(0, groups_ * strips_, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) work(i / strips_, i % strips_ * strip_);
    });
  }

  // The last row may be short.
  template <class Work>
  void each_block(std::int64_t group, std::int64_t first, Work work) const {
    const std::int64_t last = std::min((group + 1) * group_rows_, rows_), whole = elements_ / width_;
    const std::int64_t n = std::min(strip_, width_ - first);
    for (std::int64_t row = group * group_rows_; row < last;) {
      const std::int64_t rows = std::min({block_rows_, last - row, std::max<std::int64_t>(1, whole - row)});
      const std::int64_t length = row < whole ? n : std::min(n, elements_ - row * width_ - first);
      if (length > 0) work(Pieces{row * width_ + first, rows, width_, length});
      row += rows;
    }
  }

  // 16-bit elements go through memory, all operands alike.
  static Part read(const Operand<T>& operand, const Pieces& p, Memory& memory) {
    if (!operand.is_converted()) return {operand.direct(p.offset), p.stride};
    operand.gather(p, memory.values);
    return {memory.values, p.n};
  }
  static Part place(const Operand<T>& operand, const Pieces& p, Memory& memory) {
    return operand.is_converted() ? Part{memory.values, p.n} : Part{operand.direct(p.offset), p.stride};
  }
  static void write(const Operand<T>& operand, const Pieces& p, const Part& values) {
    if (operand.is_converted()) operand.scatter(p, values.pointer);
  }

  std::int64_t channels_, inner_, elements_;
  const NormalisationKernels<T>& kernels_;
  std::int64_t width_, rows_, strip_, strips_, block_rows_, group_rows_, groups_;
};

}  // namespace torchactiv
