// Passes over data whose channels lie side by side, or are short rows, strip by strip.
#pragma once

#include "csrc/normalisation/batch_norm/column_values.h"
#include "csrc/normalisation/batch_norm/in_rows.h"
#include "csrc/normalisation/batch_norm/statistics.h"
#include "csrc/normalisation/batch_norm/strips.h"

namespace torchactiv {

template <class T>
class ByColumns {
 public:
  // `in_one_loop`: whether the activation has loops of its own, and nothing goes through a buffer.
  ByColumns(const ChannelLayout& layout, const NormalisationKernels<T>& kernels, bool in_one_loop)
      : layout_(layout), strips_(layout, in_one_loop ? Strips::widely : Strips::narrowly), kernels_(kernels) {}

  void train(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, Statistics<T>& statistics,
             const FusedKernels& f) const {
    std::vector<Distances> found(static_cast<std::size_t>(strips_.groups() * strips_.channels()));
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      const std::span<Distances> into = strips_.of_strip(found, group, first);
      if (!measure(kernels_, x, group, first, into) && !std::is_same_v<T, double>)  // squares that are too large
        measure(normalisation_functions().doubles, x, group, first, into);
    });
    each_channel([&](std::size_t begin, std::size_t end) {
      const std::vector<Distances> sums = of_channels(found, begin, end);
      for (std::size_t channel = begin; channel < end; ++channel)
        statistics.set(channel, sums[channel - begin].moments());
    });
    if (y.exists()) forward(x, r, y, statistics, f);
  }

  void forward(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, const Statistics<T>& statistics,
               const FusedKernels& f) const {
    if (InRows<T>::suits(layout_)) return InRows<T>(layout_, kernels_).forward(x, r, y, statistics, f);
    const bool in_one_loop = f.loops && !r.exists();
    const Strips strips = strips_of_pass(in_one_loop && f.streams);
    const std::int64_t most = in_one_loop ? rows_of_pass(x, strips) : strips.block_rows();
    map(strips, kernels_.columns_forward, most, x, r, y, f,
        [&](std::size_t channel) { return statistics.affine(channel); });
  }
  void restore(const Operand<T>& y, const Operand<T>& r, const Operand<T>& x, const Statistics<T>& statistics,
               const FusedKernels& f) const {
    map(strips_, kernels_.columns_restore, strips_.block_rows(), y, r, x, f,
        [&](std::size_t channel) { return statistics.inverse_affine(channel); });
  }

  std::vector<Sums> backward(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r, const Operand<T>& dx,
                             const Operand<T>& dr, const Statistics<T>& statistics, const FusedKernels& f,
                             BackwardTask task) const {
    if (!task.from_output && InRows<T>::suits_sums(layout_)) {
      return InRows<T>(layout_, kernels_).backward(g, x, r, dx, dr, statistics, f, task.corrected);
    }
    if constexpr (std::is_same_v<T, float>)
      if (f.loops && task.corrected && !task.from_output && !r.exists())
        return backward_in_one_loop(g, x, dx, statistics, f);
    const ColumnValues<T> values(strips_, [&](std::size_t channel) { return statistics.affine(channel); });
    const ColumnValues<T> inverses(strips_, [&](std::size_t channel) { return statistics.inverse_affine(channel); });
    std::vector<Sums> found(static_cast<std::size_t>(strips_.groups() * strips_.channels()));
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      Memory slopes{}, distances{};
      strips_.each_block(
          group, first, task.from_output ? strips_.rows_side_by_side() : strips_.block_rows(), [&](const Pieces& p) {
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
          });
      keep_sums(slopes.values, distances.values, strips_.width(first), strips_.of_strip(found, group, first));
    });
    const std::vector<Sums> sums = of_channels(found);
    if (!task.corrected) return sums;
    if (!task.from_output && InRows<T>::suits(layout_)) {
      InRows<T>(layout_, kernels_).correct(x, dx, statistics, sums);
      return sums;
    }
    const ColumnCorrections<T> corrections(strips_, statistics, sums, values);
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      strips_.each_block(group, first, task.from_output ? strips_.rows_side_by_side() : strips_.block_rows(),
                         [&](const Pieces& p) {
                           Memory of_x, of_r, of_dx, distance;
                           const Part output = read(dx, p, of_dx);
                           Part input = read(x, p, of_x);
                           if (task.from_output) {
                             kernels_.columns_restore(f, input.pointer, read(r, p, of_r).pointer, distance.values,
                                                      p.rows, p.n, p.n, inverses.from(first));
                             input.pointer = distance.values;
                           }
                           kernels_.columns_correct(input.pointer, output.pointer, p.rows, output.stride, p.n,
                                                    corrections.from(first));
                           write(dx, p, output);
                         });
    });
    return sums;
  }

 private:
  static constexpr std::int64_t most_elements = Strips::most_elements, estimating_rows = 8;

  struct alignas(64) Memory {
    T values[most_elements];
  };
  struct Part {
    T* pointer;
    std::int64_t stride;
  };

  // What is summed of a strip's channels in a group, computed in S; whether it is finite.
  template <class S>
  bool measure(const NormalisationKernels<S>& kernels, const Operand<T>& x, std::int64_t group, std::int64_t first,
               std::span<Distances> into) const {
    alignas(64) S estimate[most_elements], distances[most_elements] = {}, squares[most_elements] = {};
    std::int64_t rows = 0, repeats = 0;  // of which the last row may have fewer than the others
    const std::int64_t most = std::is_same_v<S, T> ? rows_of_pass(x, strips_) : strips_.block_rows();
    strips_.each_block(group, first, most, [&](const Pieces& p) {
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
        kernels.columns_mean(pointer, std::min(p.rows, estimating_rows), stride, p.n, estimate);
        strips_.estimate_channels(estimate, p.n, strips_.width(first));
      }
      kernels.columns_distances(pointer, p.rows, stride, p.n, estimate, distances, squares);
      rows += p.rows;
      repeats += p.rows * strips_.repeats(p.n);
    });
    double sums[most_elements], square_sums[most_elements];
    strips_.totals(distances, strips_.width(first), sums);
    strips_.totals(squares, strips_.width(first), square_sums);
    bool finite = true;
    for (std::size_t c = 0; c < into.size(); ++c) {
      if (!std::is_same_v<S, T> && std::isfinite(into[c].squares)) continue;  // the same whatever its neighbours are
      const auto of_channel = static_cast<double>(estimate[c * static_cast<std::size_t>(strips_.inner())]);
      into[c] = {of_channel, sums[c], square_sums[c], repeats * strips_.inner()};
      finite &= std::isfinite(square_sums[c]);
    }
    return finite;
  }

  std::vector<Sums> backward_in_one_loop(const Operand<T>& g, const Operand<T>& x, const Operand<T>& dx,
                                         const Statistics<T>& statistics, const FusedKernels& f) const {
    const FusedNormalisation& loops = *f.loops;
    const auto affine = [&](std::size_t channel) { return statistics.affine(channel); };
    const ColumnValues<T> values(strips_, affine);
    std::vector<Sums> found(static_cast<std::size_t>(strips_.groups() * strips_.channels()));
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      Memory slopes{}, distances{};
      strips_.each_block(group, first, rows_of_pass(x, strips_), [&](const Pieces& p) {
        Memory of_g, of_x, of_dx;
        const Part gradient = read(g, p, of_g), slope = place(dx, p, of_dx);
        loops.columns_sums(gradient.pointer, read(x, p, of_x).pointer, slope.pointer, p.rows, gradient.stride, p.n,
                           values.from(first), slopes.values, distances.values, f.arguments);
        if (loops.keeps_slope) write(dx, p, slope);
      });
      keep_sums(slopes.values, distances.values, strips_.width(first), strips_.of_strip(found, group, first));
    });
    const std::vector<Sums> sums = of_channels(found);
    const bool streams = f.streams && !loops.keeps_slope;
    const Strips strips = strips_of_pass(streams);
    const ColumnValues<T> of_pass = streams ? ColumnValues<T>(strips, affine) : values;
    const ColumnCorrections<T> corrections(strips, statistics, sums, of_pass);
    strips.in_parallel([&](std::int64_t group, std::int64_t first) {
      strips.each_block(group, first, rows_of_pass(x, strips), [&](const Pieces& p) {
        Memory of_g, of_x, of_dx;
        const Part gradient = read(loops.keeps_slope ? dx : g, p, of_g), output = place(dx, p, of_dx);
        loops.columns_gradient(gradient.pointer, read(x, p, of_x).pointer, output.pointer, p.rows, gradient.stride, p.n,
                               of_pass.from(first), corrections.from(first), f.arguments, f.streams);
        write(dx, p, output);
      });
    });
    return sums;
  }
  void keep_sums(const T* slopes, const T* distances, std::int64_t width, std::span<Sums> into) const {
    double of_slopes[most_elements], of_distances[most_elements];
    strips_.totals(slopes, width, of_slopes);
    strips_.totals(distances, width, of_distances);
    for (std::size_t c = 0; c < into.size(); ++c) into[c] = {of_slopes[c], of_distances[c]};
  }
  // Of the channels from `begin` to `end`, what all groups have found of them.
  template <class Found>
  std::vector<Found> of_channels(const std::vector<Found>& found, std::size_t begin, std::size_t end) const {
    std::vector<Found> sums(end - begin);
    const auto channels = static_cast<std::size_t>(strips_.channels());
    for (std::size_t group = 0; group < found.size(); group += channels)
      for (std::size_t channel = begin; channel < end; ++channel) sums[channel - begin].add(found[group + channel]);
    return sums;
  }
  std::vector<Sums> of_channels(const std::vector<Sums>& found) const {
    return of_channels(found, 0, static_cast<std::size_t>(strips_.channels()));
  }
  // Calls work(begin, end) for ranges of channels.
  template <class Work>
  void each_channel(Work work) const {
    constexpr std::int64_t grain_found = 4096;
    at::parallel_for(0, strips_.channels(), std::max<std::int64_t>(1, grain_found / strips_.groups()),
                     [&](std::int64_t begin, std::int64_t end) {
                       work(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
                     });
  }

  template <class Of>
  void map(const Strips& strips, ColumnsMap<T> kernel, std::int64_t most, const Operand<T>& from, const Operand<T>& r,
           const Operand<T>& to, const FusedKernels& f, Of affine) const {
    const ColumnValues<T> values(strips, affine);
    strips.in_parallel([&](std::int64_t group, std::int64_t first) {
      strips.each_block(group, first, most, [&](const Pieces& p) {
        Memory of_from, of_r, of_to;
        const Part input = read(from, p, of_from), residual = read(r, p, of_r), output = place(to, p, of_to);
        kernel(f, input.pointer, residual.pointer, output.pointer, p.rows, output.stride, p.n, values.from(first));
        write(to, p, output);
      });
    });
  }

  // The rows of a block for a loop that reads its operands once.
  static std::int64_t rows_of_pass(const Operand<T>& x, const Strips& strips) {
    return x.is_converted() ? strips.block_rows() : strips.all_rows();
  }
  // Loops whose results go past the caches take single rows: narrow ones, whose channels' numbers stay in the
  // first-level cache.
  Strips strips_of_pass(bool streams) const { return streams ? Strips(layout_, Strips::narrowly) : strips_; }

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
  Strips strips_;
  const NormalisationKernels<T>& kernels_;
};

}  // namespace torchactiv
