// Passes over data whose channels are rows, long or short: channel by channel, so that the second pass finds in the
// cache what the first has read.
#pragma once

#include <ATen/Parallel.h>

#include "csrc/cpu/elementwise.h"
#include "csrc/normalisation/batch_norm/in_rows.h"
#include "csrc/normalisation/batch_norm/statistics.h"
#include "csrc/normalisation/kept_slopes.h"

namespace torchactiv {

template <class T>
class ByRows {
 public:
  ByRows(const ChannelLayout& layout, const NormalisationKernels<T>& kernels) : layout_(layout), kernels_(kernels) {
    if (layout.inner > most_elements) {
      parts_ = (layout.inner + most_elements - 1) / most_elements;
    } else if (layout.inner < short_row) {
      rows_ = std::min(layout.outer, most_elements / layout.inner);
    }
    blocks_ = (layout.outer + rows_ - 1) / rows_ * parts_;
    pieces_ = (blocks_ + piece_blocks - 1) / piece_blocks;
  }

  void train(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, Statistics<T>& statistics,
             const FusedKernels& f) const {
    const auto measure = [&](std::int64_t channel, std::int64_t piece) {
      Counted found;
      each_block(channel, piece, [&](const Pieces& p) {
        p.each([&](std::int64_t at) { found.add(kernels_.row_moments[x.element()](x.at(at), p.n), p.n); });
      });
      return found;
    };
    const auto finish = [&](std::int64_t channel, const Counted* found) {
      Counted total;
      for (std::int64_t piece = 0; piece < pieces_; ++piece) total.add(found[piece].moments, found[piece].count);
      statistics.set(static_cast<std::size_t>(channel), total.moments);
    };
    in_two_passes<Counted>(measure, finish, [&](std::int64_t channel, std::int64_t piece) {
      if (!y.exists()) return;
      const Affine<T> affine = statistics.affine(static_cast<std::size_t>(channel));
      each_block(channel, piece, [&](const Pieces& p) { forward_rows(x, r, y, affine, f, p); });
    });
  }

  void forward(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, const Statistics<T>& statistics,
               const FusedKernels& f) const {
    if (InRows<T>::suits(layout_)) return InRows<T>(layout_, kernels_).forward(x, r, y, statistics, f);
    each_row([&](std::size_t channel) { return statistics.affine(channel); },
             [&](const Affine<T>& affine, const Pieces& p) { forward_rows(x, r, y, affine, f, p); });
  }
  void restore(const Operand<T>& y, const Operand<T>& r, const Operand<T>& x, const Statistics<T>& statistics,
               const FusedKernels& f) const {
    each_row([&](std::size_t channel) { return statistics.inverse_affine(channel); },
             [&](const Affine<T>& inverse, const Pieces& p) { map(kernels_.row_restore, y, r, x, inverse, f, p); });
  }

  // Whether backward is in one loop with the activation, which reads each element of g before it writes that of dx.
  bool is_in_one_loop(const FusedKernels& f, BackwardTask task) const {
    return f.loops && task.corrected && !task.from_output;
  }

  std::vector<Sums> backward(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r, const Operand<T>& dx,
                             const Operand<T>& dr, const Statistics<T>& statistics, const FusedKernels& f,
                             BackwardTask task) const {
    if constexpr (std::is_same_v<T, float>)
      if (f.loops && task.corrected && !task.from_output) return backward_in_one_loop(g, x, r, dx, dr, statistics, f);
    std::vector<Sums> sums(static_cast<std::size_t>(layout_.channels));
    const auto measure = [&](std::int64_t channel, std::int64_t piece) {
      double found[2] = {};
      const auto c = static_cast<std::size_t>(channel);
      const Affine<T> affine = statistics.affine(c), inverse = statistics.inverse_affine(c);
      each_block(channel, piece, [&](const Pieces& p) {
        Memory of_g, of_x, of_r, of_dx, of_dr, distance;
        const T *const gradient = g.read(p, of_g.values), *const input = x.read(p, of_x.values),
                       *const residual = r.read(p, of_r.values);
        T *const output = dx.place(p, of_dx.values), *const slopes = dr.place(p, of_dr.values);
        if (task.from_output)
          kernels_.row_backward_from_output(f, gradient, input, residual, distance.values, output, slopes, p.elements(),
                                            affine, inverse, found);
        else
          kernels_.row_backward(f, gradient, input, residual, output, slopes, p.elements(), affine, found);
        dx.write(p, output);
        dr.write(p, slopes);
      });
      return Sums{found[0], found[1]};
    };
    in_two_passes<Sums>(measure, total_of(sums), [&](std::int64_t channel, std::int64_t piece) {
      if (!task.corrected) return;
      const auto c = static_cast<std::size_t>(channel);
      const Correction<T> correction = statistics.correction(c, sums[c]);
      const Affine<T> inverse = statistics.inverse_affine(c);
      each_block(channel, piece, [&](const Pieces& p) {
        Memory of_x, of_r, of_dx, distance;
        T* const output = dx.read(p, of_dx.values);
        const T* input = x.read(p, of_x.values);
        if (task.from_output) {
          kernels_.row_restore(f, input, r.read(p, of_r.values), distance.values, p.elements(), inverse);
          input = distance.values;
        }
        kernels_.row_correct(input, output, p.elements(), correction);
        dx.write(p, output);
      });
    });
    return sums;
  }

 private:
  std::vector<Sums> backward_in_one_loop(const Operand<T>& g, const Operand<T>& x, const Operand<T>& r,
                                         const Operand<T>& dx, const Operand<T>& dr, const Statistics<T>& statistics,
                                         const FusedKernels& f) const {
    const FusedRows& loops = f.loops->rows[x.element()];
    const KeptSlopes<T> kept(*f.loops, g, dx, dr);
    const auto finish = r.exists() ? loops.gradient_of_slope : loops.gradient;
    const bool streams = f.streams && (!kept.any || r.exists());  // but not over slopes that the cache still has
    std::vector<Sums> sums(static_cast<std::size_t>(layout_.channels));
    const auto measure = [&](std::int64_t channel, std::int64_t piece) {
      std::array<double, 2> found{};
      const Affine<T> affine = statistics.affine(static_cast<std::size_t>(channel));
      each_block(channel, piece, [&](const Pieces& p) {
        p.each([&](std::int64_t at) {
          loops.sums(g.at(at), x.at(at), r.at(at), kept.to.at(at), 1, p.n, &affine, &found, f.arguments);
        });
      });
      return Sums{found[0], found[1]};
    };
    in_two_passes<Sums>(measure, total_of(sums), [&](std::int64_t channel, std::int64_t piece) {
      const auto c = static_cast<std::size_t>(channel);
      const Affine<T> affine = statistics.affine(c);
      const Correction<T> correction = statistics.correction(c, sums[c]);
      each_block(channel, piece, [&](const Pieces& p) {
        p.each([&](std::int64_t at) {
          finish(kept.from.at(at), x.at(at), dx.at(at), 1, p.n, &affine, &correction, f.arguments, streams);
        });
      });
    });
    return sums;
  }

  auto total_of(std::vector<Sums>& sums) const {
    return [&](std::int64_t channel, const Sums* found) {
      Sums& total = sums[static_cast<std::size_t>(channel)];
      for (std::int64_t piece = 0; piece < pieces_; ++piece) total.add(found[piece]);
    };
  }

  // Rows shorter than this are joined; a piece of work is so many blocks.
  static constexpr std::int64_t most_elements = 1024, short_row = 192, piece_blocks = 16;

  struct alignas(64) Memory {
    T values[most_elements];
  };

  // measure(channel, piece) -> Found, then finish(channel, all that was found), then apply(channel, piece). Channel by
  // channel where there are enough of them for all threads.
  template <class Found, class Measure, class Finish, class Apply>
  void in_two_passes(Measure measure, Finish finish, Apply apply) const {
    std::vector<Found> all(static_cast<std::size_t>(layout_.channels * pieces_));
    const auto found = [&](std::int64_t channel, std::int64_t piece) {
      all[static_cast<std::size_t>(channel * pieces_ + piece)] = measure(channel, piece);
    };
    if (layout_.channels >= 4 * at::get_num_threads()) {
      at::parallel_for(0, layout_.channels, grain(elements_of_channel()), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t channel = begin; channel < end; ++channel) {
          for (std::int64_t piece = 0; piece < pieces_; ++piece) found(channel, piece);
          finish(channel, &all[static_cast<std::size_t>(channel * pieces_)]);
          for (std::int64_t piece = 0; piece < pieces_; ++piece) apply(channel, piece);
        }
      });
      return;
    }
    in_parallel(layout_.channels * pieces_, [&](std::int64_t i) { found(i / pieces_, i % pieces_); });
    for (std::int64_t channel = 0; channel < layout_.channels; ++channel)
      finish(channel, &all[static_cast<std::size_t>(channel * pieces_)]);
    in_parallel(layout_.channels * pieces_, [&](std::int64_t i) { apply(i / pieces_, i % pieces_); });
  }

  template <class Work>
  void in_parallel(std::int64_t pieces, Work work) const {
    const std::int64_t elements = std::min(elements_of_channel(), piece_blocks * most_elements);
    at::parallel_for(0, pieces, grain(elements), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) work(i);
    });
  }
  std::int64_t elements_of_channel() const { return layout_.outer * layout_.inner; }
  static std::int64_t grain(std::int64_t elements) { return std::max<std::int64_t>(1, grain_size / elements); }

  template <class Work>
  void each_block(std::int64_t channel, std::int64_t piece, Work work) const {
    const std::int64_t row_stride = layout_.channels * layout_.inner,
                       last = std::min((piece + 1) * piece_blocks, blocks_);
    for (std::int64_t block = piece * piece_blocks; block < last; ++block) {
      const std::int64_t row = block / parts_ * rows_, first = block % parts_ * most_elements;
      const std::int64_t n = parts_ == 1 ? layout_.inner : std::min(most_elements, layout_.inner - first);
      work(Pieces{row * row_stride + channel * layout_.inner + first, std::min(rows_, layout_.outer - row), row_stride,
                  n});
    }
  }

  // Calls work(affine(channel), pieces) in one pass, in the order of memory.
  template <class Of, class Work>
  void each_row(Of affine, Work work) const {
    std::vector<Affine<T>> channels;
    for (std::int64_t c = 0; c < layout_.channels; ++c) channels.push_back(affine(static_cast<std::size_t>(c)));
    at::parallel_for(0, layout_.outer * layout_.channels, grain(layout_.inner),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t row = begin; row < end; ++row)
                         for (std::int64_t first = 0; first < layout_.inner; first += most_elements) {
                           const std::int64_t n = std::min(most_elements, layout_.inner - first);
                           work(channels[static_cast<std::size_t>(row % layout_.channels)],
                                Pieces{row * layout_.inner + first, 1, layout_.inner, n});
                         }
                     });
  }
  void forward_rows(const Operand<T>& x, const Operand<T>& r, const Operand<T>& y, const Affine<T>& affine,
                    const FusedKernels& f, const Pieces& p) const {
    if constexpr (std::is_same_v<T, float>)
      if (f.loops)
        return p.each([&](std::int64_t at) {
          f.loops->rows[x.element()].forward(x.at(at), r.at(at), y.at(at), 1, p.n, &affine, f.arguments, f.streams);
        });
    map(kernels_.row_forward, x, r, y, affine, f, p);
  }
  static void map(RowMap<T> kernel, const Operand<T>& from, const Operand<T>& r, const Operand<T>& to,
                  const Affine<T>& affine, const FusedKernels& f, const Pieces& p) {
    Memory of_from, of_r, of_to;
    T* const output = to.place(p, of_to.values);
    kernel(f, from.read(p, of_from.values), r.read(p, of_r.values), output, p.elements(), affine);
    to.write(p, output);
  }

  ChannelLayout layout_;
  const NormalisationKernels<T>& kernels_;
  std::int64_t parts_ = 1, rows_ = 1;  // of blocks in a row, or of rows in a block
  std::int64_t blocks_, pieces_;       // of a channel
};

}  // namespace torchactiv
