// Batch normalisation of data whose channels lie side by side, or are short rows.
#pragma once

#include "csrc/normalisation/batch_norm/in_rows.h"
#include "csrc/normalisation/batch_norm/statistics.h"
#include "csrc/normalisation/columns/column_passes.h"

namespace torchactiv {

template <class T>
class ByColumns {
 public:
  // `in_one_loop`: whether the activation has loops of its own, for which nothing goes through a buffer.
  ByColumns(const ChannelLayout& layout, const NormalisationKernels<T>& kernels, bool in_one_loop)
      : layout_(layout),
        passes_(layout, layout.outer * layout.channels * layout.inner, kernels, in_one_loop),
        kernels_(kernels) {}

  void train(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, Statistics<T>& statistics,
             const FusedKernels& f) const {
    const std::vector<Distances> found = passes_.measure(x);
    constexpr std::int64_t grain_channels = 512;
    at::parallel_for(0, layout_.channels, grain_channels, [&](std::int64_t begin, std::int64_t end) {
      for (auto c = static_cast<std::size_t>(begin); c < static_cast<std::size_t>(end); ++c)
        statistics.set(c, found[c].moments());
    });
    if (y.exists()) forward(x, r, y, statistics, f, true);
  }

  void forward(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, const Statistics<T>& statistics,
               const FusedKernels& f, bool in_step = false) const {
    if (InRows<T>::suits(layout_)) return InRows<T>(layout_, kernels_).forward(x, r, y, statistics, f);
    passes_.forward(x, r, y, f, affine(statistics), in_step);
  }
  void restore(const Operand<T>& y, const Operand<T>& r, const Operand<T>& x, const Statistics<T>& statistics,
               const FusedKernels& f) const {
    passes_.restore(y, r, x, f, inverse_affine(statistics));
  }

  // Whether backward is in one loop with the activation, which reads each element of g before it writes that of dx.
  bool is_in_one_loop(const FusedKernels& f, BackwardTask task) const {
    if (!task.from_output && InRows<T>::suits_sums(layout_))
      return InRows<T>(layout_, kernels_).is_in_one_loop(f, task.corrected);
    return f.loops && task.corrected &&
           (!task.from_output || f.loops->columns[static_cast<int>(Element::float32)].sums_from_output);
  }

  std::vector<Sums> backward(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r, const Operand<T>& dx,
                             const Operand<T>& dr, const Statistics<T>& statistics, const FusedKernels& f,
                             BackwardTask task) const {
    const auto correction = [&](const std::vector<Sums>& sums) {
      return [&](std::size_t channel) { return statistics.correction(channel, sums[channel]); };
    };
    const bool in_one_loop = is_in_one_loop(f, task);
    if (task.from_output) {
      if constexpr (std::is_same_v<T, float>)
        if (in_one_loop)
          return passes_.template backward_in_one_loop<true>(g, x, r, dx, dr, f, inverse_affine(statistics),
                                                             correction);
      return backward_from_output(g, x, r, dx, dr, statistics, f, task.corrected);
    }
    if (InRows<T>::suits_sums(layout_))
      return InRows<T>(layout_, kernels_).backward(g, x, r, dx, dr, statistics, f, task.corrected);
    if constexpr (std::is_same_v<T, float>)
      if (in_one_loop) return passes_.backward_in_one_loop(g, x, r, dx, dr, f, affine(statistics), correction);
    const ColumnValues<T> values(passes_.strips(), affine(statistics));
    const std::vector<Sums> sums = passes_.backward(g, x, r, dx, dr, f, values);
    if (!task.corrected) return sums;
    if (InRows<T>::suits(layout_))
      InRows<T>(layout_, kernels_).correct(x, dx, statistics, sums);
    else
      passes_.correct(x, dx, ColumnCorrections<T>(passes_.strips(), correction(sums)));
    return sums;
  }

 private:
  using Block = ColumnBlock<T>;
  using Memory = typename Block::Memory;

  static auto affine(const Statistics<T>& statistics) {
    return [&](std::size_t channel) { return statistics.affine(channel); };
  }
  static auto inverse_affine(const Statistics<T>& statistics) {
    return [&](std::size_t channel) { return statistics.inverse_affine(channel); };
  }

  // Given y in the place of x.
  std::vector<Sums> backward_from_output(const Operand<T>& g, const Operand<T>& y, const Operand<T>& r,
                                         const Operand<T>& dx, const Operand<T>& dr, const Statistics<T>& statistics,
                                         const FusedKernels& f, bool corrected) const {
    const Strips& strips = passes_.strips();
    const ColumnValues<T> values(strips, affine(statistics)), inverses(strips, inverse_affine(statistics));
    const std::vector<Sums> sums = passes_.summed([&](std::int64_t group, std::int64_t first, T* slopes, T* distances) {
      strips.each_block(group, first, strips.rows_side_by_side(), [&](const Pieces& p) {
        Memory of_g, of_y, of_r, of_dx, of_dr, distance;
        const Block output = Block::place(dx, p, of_dx), of_residual = Block::place(dr, p, of_dr);
        kernels_.columns_backward_from_output(f, Block::read(g, p, of_g).pointer, Block::read(y, p, of_y).pointer,
                                              Block::read(r, p, of_r).pointer, distance.values, output.pointer,
                                              of_residual.pointer, p.rows, p.n, values.from(first),
                                              inverses.from(first), slopes, distances);
        output.write(dx, p);
        of_residual.write(dr, p);
      });
    });
    if (!corrected) return sums;
    const ColumnCorrections<T> corrections(
        strips, [&](std::size_t channel) { return statistics.correction(channel, sums[channel]); });
    strips.in_parallel([&](std::int64_t group, std::int64_t first) {
      strips.each_block(group, first, strips.rows_side_by_side(), [&](const Pieces& p) {
        Memory of_y, of_r, of_dx, distance;
        const Block output = Block::read(dx, p, of_dx);
        kernels_.columns_restore(f, Block::read(y, p, of_y).pointer, Block::read(r, p, of_r).pointer, distance.values,
                                 p.rows, p.n, p.n, inverses.from(first));
        kernels_.columns_correct(distance.values, output.pointer, p.rows, output.stride, p.n, corrections.from(first));
        output.write(dx, p);
      });
    });
    return sums;
  }

  ChannelLayout layout_;
  ColumnPasses<T> passes_;
  const NormalisationKernels<T>& kernels_;
};

}  // namespace torchactiv
