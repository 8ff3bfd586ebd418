// Passes over data whose channels lie side by side, or are short rows, strip by strip. What they sum of a channel
// depends on the shape alone.
#pragma once

#include "csrc/cpu/new_result.h"
#include "csrc/normalisation/columns/column_block.h"
#include "csrc/normalisation/columns/column_values.h"
#include "csrc/normalisation/kept_slopes.h"
#include "csrc/normalisation/moments.h"

namespace torchactiv {

template <class T>
class ColumnPasses {
 public:
  // `in_one_loop`: whether the activation has loops of its own, for which nothing goes through a buffer. `of_all`: how
  // many elements the data have that the layout is a part of.
  ColumnPasses(const ChannelLayout& layout, std::int64_t of_all, const NormalisationKernels<T>& kernels,
               bool in_one_loop)
      : strips_(layout, in_one_loop ? Strips::narrowly : Strips::widely), of_all_(of_all), kernels_(kernels) {}

  const Strips& strips() const { return strips_; }

  // What is summed of x, of each channel.
  std::vector<Distances> measure(const Operand<T>& x) const {
    std::vector<Distances> found(static_cast<std::size_t>(strips_.groups() * strips_.channels()));
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      const std::span<Distances> into = strips_.of_strip(found, group, first);
      if (!measure(kernels_, x, group, first, into) && !std::is_same_v<T, double>)  // squares that are too large
        measure(normalisation_functions().doubles, x, group, first, into);
    });
    return joined(found);
  }

  // y = f(u), and the other way; of(channel) is the affine map. `in_step`: whether a step of training goes on.
  template <class Of>
  void forward(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, const FusedKernels& f, const Of& of,
               bool in_step = false) const {
    if constexpr (std::is_same_v<T, float>)
      if (f.loops)
        return forward_in_one_loop(x, r, y, f, of, in_step ? step_exceeds_caches(x, 2) : exceed_caches(x, 2));
    map(kernels_.columns_forward, x, r, y, f, of);
  }
  template <class Of>
  void restore(const Operand<T>& y, const Operand<T>& r, const Operand<T>& x, const FusedKernels& f,
               const Of& of) const {
    map(kernels_.columns_restore, y, r, x, f, of);
  }

  // Of each channel the sums of s = g f' and of s (x - centre). dx becomes s scale, and dr s.
  std::vector<Sums> backward(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r, const Operand<T>& dx,
                             const Operand<T>& dr, const FusedKernels& f, const ColumnValues<T>& values) const {
    return summed([&](std::int64_t group, std::int64_t first, T* slopes, T* distances) {
      strips_.each_block(group, first, strips_.block_rows(), [&](const Pieces& p) {
        Memory of_g, of_x, of_r, of_dx, of_dr;
        const Block output = Block::place(dx, p, of_dx), of_residual = Block::place(dr, p, of_dr);
        kernels_.columns_backward(f, Block::read(g, p, of_g).pointer, Block::read(x, p, of_x).pointer,
                                  Block::read(r, p, of_r).pointer, output.pointer, of_residual.pointer, p.rows,
                                  output.stride, p.n, values.from(first), slopes, distances);
        output.write(dx, p);
        of_residual.write(dr, p);
      });
    });
  }
  // dx, which is s scale, becomes what is left of it beside what is owed to the moments.
  void correct(const Operand<T>& x, const Operand<T>& dx, const ColumnCorrections<T>& corrections) const {
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      strips_.each_block(group, first, strips_.block_rows(), [&](const Pieces& p) {
        Memory of_x, of_dx;
        const Block output = Block::read(dx, p, of_dx);
        kernels_.columns_correct(Block::read(x, p, of_x).pointer, output.pointer, p.rows, output.stride, p.n,
                                 corrections.from(first));
        output.write(dx, p);
      });
    });
  }

  // Both, in loops with the activation; correction(sums of all channels)(channel) is what is owed. `from_output`: given
  // y in the place of x, and the affine map back.
  template <bool from_output = false, class Of, class OfCorrection>
  std::vector<Sums> backward_in_one_loop(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r,
                                         const Operand<T>& dx, const Operand<T>& dr, const FusedKernels& f,
                                         const Of& of, const OfCorrection& correction) const {
    const FusedColumns& loops = f.loops->columns[x.element()];
    const auto add = from_output ? loops.sums_from_output : loops.sums;
    const auto finish = from_output ? (r.exists() ? loops.gradient_of_slope_from_output : loops.gradient_from_output)
                                    : (r.exists() ? loops.gradient_of_slope : loops.gradient);
    const KeptSlopes<T> kept(*f.loops, g, dx, dr);
    const ColumnValues<T> values(strips_, of);
    const bool from_memory = step_exceeds_caches(x, kept.any ? 3 : 2);
    const std::vector<Sums> sums = summed([&](std::int64_t group, std::int64_t first, T* slopes, T* distances) {
      strips_.each_block(group, first, strips_.all_rows(), [&](const Pieces& p) {
        add(g.at(p.offset), x.at(p.offset), r.at(p.offset), kept.to.at(p.offset), p.rows, p.stride, p.n,
            values.from(first), slopes, distances, f.arguments, from_memory);
      });
    });
    const ColumnCorrections<T> corrections(strips_, correction(sums));
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      strips_.each_block(group, first, strips_.all_rows(), [&](const Pieces& p) {
        finish(kept.from.at(p.offset), x.at(p.offset), from_output ? r.at(p.offset) : nullptr, dx.at(p.offset), p.rows,
               p.stride, p.n, values.from(first), corrections.from(first), f.arguments, step_exceeds_caches(x, 3));
      });
    });
    return sums;
  }

  // Calls add(group, first column, sums of the columns, likewise) for each strip of each group.
  template <class Add>
  std::vector<Sums> summed(Add add) const {
    std::vector<Sums> found(static_cast<std::size_t>(strips_.groups() * strips_.channels()));
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      Memory slopes, distances;
      std::fill_n(slopes.values, strips_.width(first), T(0));
      std::fill_n(distances.values, strips_.width(first), T(0));
      add(group, first, slopes.values, distances.values);
      double of_slopes[most_elements], of_distances[most_elements];
      strips_.totals(slopes.values, strips_.width(first), of_slopes);
      strips_.totals(distances.values, strips_.width(first), of_distances);
      const std::span<Sums> into = strips_.of_strip(found, group, first);
      for (std::size_t c = 0; c < into.size(); ++c) into[c] = {of_slopes[c], of_distances[c]};
    });
    return joined(found);
  }

 private:
  using Block = ColumnBlock<T>;
  using Memory = typename Block::Memory;
  static constexpr std::int64_t most_elements = Strips::most_elements, estimating_rows = 8;

  // What is summed of a strip's channels in a group, computed in S; whether it is finite.
  template <class S>
  bool measure(const NormalisationKernels<S>& kernels, const Operand<T>& x, std::int64_t group, std::int64_t first,
               std::span<Distances> into) const {
    alignas(64) S estimate[most_elements], distances[most_elements], squares[most_elements];
    std::fill_n(distances, strips_.width(first), S(0));
    std::fill_n(squares, strips_.width(first), S(0));
    std::int64_t rows = 0, repeats = 0;  // of which the last row may have fewer than the others
    constexpr bool in_doubles = !std::is_same_v<S, T>;
    strips_.each_block(group, first, in_doubles ? strips_.block_rows() : strips_.all_rows(), [&](const Pieces& p) {
      alignas(64) S converted[in_doubles ? most_elements : 1];
      if constexpr (in_doubles) {
        Memory of_x;
        x.gather(p, of_x.values);
        std::copy_n(of_x.values, p.elements(), converted);
      }
      if (rows == 0) {
        const std::int64_t most = x.is_converted() ? strips_.block_rows() : p.rows;
        const Pieces head{p.offset, std::min({p.rows, most, estimating_rows}), p.stride, p.n};
        if constexpr (in_doubles) {
          kernels.columns_mean(converted, head.rows, p.n, p.n, estimate);
        } else {
          Memory of_x;
          const Block block = Block::read(x, head, of_x);
          kernels.columns_mean(block.pointer, head.rows, block.stride, p.n, estimate);
        }
        strips_.estimate_channels(estimate, p.n, strips_.width(first));
      }
      const void* const data = in_doubles ? converted : x.at(p.offset);
      const std::size_t element = in_doubles ? static_cast<std::size_t>(Element::float64) : x.element();
      kernels.columns_distances[element](data, p.rows, in_doubles ? p.n : p.stride, p.n, estimate, distances, squares,
                                         step_exceeds_caches(x, 1));
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

  template <class Of>
  void forward_in_one_loop(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, const FusedKernels& f,
                           const Of& of, bool streams) const {
    const FusedColumns& loops = f.loops->columns[x.element()];
    const ColumnValues<T> values(strips_, of);
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      strips_.each_block(group, first, strips_.all_rows(), [&](const Pieces& p) {
        loops.forward(x.at(p.offset), r.at(p.offset), y.at(p.offset), p.rows, p.stride, p.n, values.from(first),
                      f.arguments, streams);
      });
    });
  }

  template <class Of>
  void map(ColumnsMap<T> kernel, const Operand<T>& from, const Operand<T>& r, const Operand<T>& to,
           const FusedKernels& f, const Of& of) const {
    const ColumnValues<T> values(strips_, of);
    strips_.in_parallel([&](std::int64_t group, std::int64_t first) {
      strips_.each_block(group, first, strips_.block_rows(), [&](const Pieces& p) {
        Memory of_from, of_r, of_to;
        const Block output = Block::place(to, p, of_to);
        kernel(f, Block::read(from, p, of_from).pointer, Block::read(r, p, of_r).pointer, output.pointer, p.rows,
               output.stride, p.n, values.from(first));
        output.write(to, p);
      });
    });
  }

  // What all groups have found, of each channel.
  template <class Found>
  std::vector<Found> joined(const std::vector<Found>& found) const {
    constexpr std::int64_t grain_found = 4096;
    const auto channels = static_cast<std::size_t>(strips_.channels());
    if (strips_.groups() == 1) return found;
    std::vector<Found> sums(channels);
    at::parallel_for(0, strips_.channels(), std::max<std::int64_t>(1, grain_found / strips_.groups()),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::size_t group = 0; group < found.size(); group += channels)
                         for (auto c = static_cast<std::size_t>(begin); c < static_cast<std::size_t>(end); ++c)
                           sums[c].add(found[group + c]);
                     });
    return sums;
  }

  // Whether a loop over so many tensors like x reads and writes memory.
  bool exceed_caches(const Operand<T>& x, std::size_t tensors) const {
    return exceeds_caches(tensors * x.element_size() * static_cast<std::size_t>(of_all_));
  }
  // The same of a pass that is a part of a training step, which holds as much beside it.
  bool step_exceeds_caches(const Operand<T>& x, std::size_t tensors) const { return exceed_caches(x, 2 * tensors); }

  Strips strips_;
  std::int64_t of_all_;
  const NormalisationKernels<T>& kernels_;
};

}  // namespace torchactiv
