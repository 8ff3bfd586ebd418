// Passes over rows: each is read once, and what follows finds it in the cache. Rows are cut into pieces of no more than
// most_elements, and joined into groups of which each sums the gradients of weight and bias for itself; both depend on
// the shape alone.
#pragma once

#include <ATen/Parallel.h>

#include "csrc/cpu/elementwise.h"
#include "csrc/normalisation/moments.h"
#include "csrc/normalisation/row_norm/access.h"
#include "csrc/normalisation/row_norm/row_moments.h"
#include "csrc/normalisation/row_norm/row_norm.h"
#include "csrc/normalisation/row_norm/scale_sums.h"

namespace torchactiv {

template <class T>
class RowPasses {
 public:
  // `element`: of the data.
  RowPasses(const RowLayout& layout, bool centred, double eps, Element element, const NormalisationKernels<T>& moments,
            const FusedKernels& f)
      : layout_(layout), by_elements_(layout.inner == 1), centred_(centred), eps_(eps), moments_(moments), f_(f) {
    if (layout.length() == 0) return;  // no data, which nobody passes over
    if (!by_elements_ && f_.loops && !f_.loops->suits_rows(layout.inner)) f_.loops = nullptr;
    data_ = Access<T>::of(element, f_);
    leaves_slope_ = by_elements_ ? !f_.is_identity : f_.leaves_slope();
    const std::int64_t of_sample = layout.groups * layout.length();
    const std::int64_t most_parts = std::clamp<std::int64_t>(most_gradients / (layout.groups * layout.channels), 4, 64);
    if (layout.length() <= most_elements) {
      backward_rows_ = std::min(most_rows, most_elements / layout.length());
      forward_rows_ = data_.element == element ? std::min(most_rows, most_direct / layout.length()) : backward_rows_;
    }
    samples_ = std::max({std::int64_t{1}, group_elements / of_sample, (layout.outer + most_parts - 1) / most_parts});
  }

  // x, or x + r, which is written to `sum`, normalised and activated.
  void forward(const Operand<T>& x, const Operand<T>& r, const Operand<T>& sum, const Operand<T>& y,
               const Scales<T>& scales, const RowMoments<double>& moments) const {
    const std::int64_t grain = std::max<std::int64_t>(1, grain_size / layout_.length());
    at::parallel_for(0, layout_.rows(), grain, [&](std::int64_t begin, std::int64_t end) {
      if (forward_rows_ > 0)
        each_block(begin, end, forward_rows_, [&](const Piece& p) { forward_block(p, x, r, sum, y, scales, moments); });
      else
        for (std::int64_t row = begin; row < end; ++row) moments.set(row, forward_row(row, x, r, sum, y, scales));
    });
  }

  // Whether backward is in one loop with the activation, which reads each element of g before it writes that of dx.
  bool is_in_one_loop() const { return f_.loops != nullptr; }

  // The gradient of x, and those of weight and bias. `e` is added to the first.
  ScaleGradients backward(const Operand<T>& g, const Operand<T>& e, const Operand<T>& x, const Operand<T>& dx,
                          const Scales<T>& scales, const RowMoments<const double>& moments) const {
    const std::int64_t parts = (layout_.outer + samples_ - 1) / samples_;
    const auto count = static_cast<std::int64_t>(scales.weight.size());
    const PartialSums found(parts, count);
    const std::int64_t grain = std::max<std::int64_t>(1, grain_size / (samples_ * layout_.groups * layout_.length()));
    at::parallel_for(0, parts, grain, [&](std::int64_t begin, std::int64_t end) {
      PartSums<T> sums(count, by_elements_);
      const Access<T> data = e.exists() ? Access<T>{Access<T>::computed} : data_;  // a sum is rounded once
      for (std::int64_t part = begin; part < end; ++part) {
        sums.begin(found, part);
        const std::int64_t first = part * samples_, last = std::min(first + samples_, layout_.outer);
        for (std::int64_t sample = first; sample < last; sample += most_summed) {
          const std::int64_t end = std::min(sample + most_summed, last) * layout_.groups;
          if (backward_rows_ > 0)
            each_block(sample * layout_.groups, end, backward_rows_,
                       [&](const Piece& p) { backward_block(p, data, g, e, x, dx, scales, moments, sums); });
          else
            for (std::int64_t row = sample * layout_.groups; row < end; ++row)
              backward_row(row, data, g, e, x, dx, scales, moments.state(row, eps_), sums);
          sums.flush();
        }
      }
    });
    return found.joined();
  }

 private:
  static constexpr std::int64_t most_elements = RowNormFunctions::most_elements;
  // Of a block of forward that goes through no buffer: backward, of three operands, gains nothing by more.
  static constexpr std::int64_t most_direct = 4 * most_elements;
  static constexpr std::int64_t most_rows = 128;  // of a block
  // Numbers in the sums of all parts; elements of a part; samples that are summed in T.
  static constexpr std::int64_t most_gradients = 1 << 17, group_elements = 32768, most_summed = 128;

  using Memory = typename Access<T>::Memory;
  // n elements from `offset` on: rows, or part of one, that is, whole channels or part of one. `channel` counts through
  // all groups.
  struct Piece {
    std::int64_t offset, n, channel, channels;
    std::int64_t length() const { return n / channels; }
    operator Pieces() const { return {offset, 1, n, n}; }
  };

  template <class Work>
  void each_block(std::int64_t begin, std::int64_t end, std::int64_t rows, Work work) const {
    const std::int64_t length = layout_.length();
    for (std::int64_t row = begin; row < end; row += rows)
      work(Piece{row * length, std::min(rows, end - row) * length, row % layout_.groups * layout_.channels,
                 layout_.channels});
  }
  RowBlock block_of(const Piece& p) const {
    return {p.n / layout_.length(),       layout_.channels, layout_.inner, layout_.groups,
            p.channel / layout_.channels, centred_,         eps_};
  }

  void forward_block(const Piece& p, const Operand<T>& x, const Operand<T>& r, const Operand<T>& sum,
                     const Operand<T>& y, const Scales<T>& scales, const RowMoments<double>& moments) const {
    Memory of_x, of_y;
    RowState states[most_rows];
    const RowBlock block = block_of(p);
    const void* const values = r.exists() ? added(x, r, sum, p, of_x, of_y) : data_.read(x, p, of_x);
    data_.kernels().forward(f_, values, data_.place(y, p, of_y), block, scales.weight.data(), scales.bias.data(),
                            states);
    for (std::int64_t row = 0; row < block.rows; ++row) moments.set(p.offset / layout_.length() + row, states[row]);
    data_.write(y, p, of_y);
  }
  void backward_block(const Piece& p, const Access<T>& data, const Operand<T>& g, const Operand<T>& e,
                      const Operand<T>& x, const Operand<T>& dx, const Scales<T>& scales,
                      const RowMoments<const double>& moments, PartSums<T>& sums) const {
    Memory of_g, of_x, of_dx;
    RowState states[most_rows];
    const RowBlock block = block_of(p);
    for (std::int64_t row = 0; row < block.rows; ++row)
      states[row] = moments.state(p.offset / layout_.length() + row, eps_);
    void* const output = data.place(dx, p, of_dx);
    data.kernels().backward(kernels_with(e), data.read(g, p, of_g), data.read(x, p, of_x), output, block,
                            scales.weight.data(), scales.bias.data(), states, sums.scales());
    if (e.exists()) data.kernels().add(output, data.read(e, p, of_g), output, p.n);
    data.write(dx, p, of_dx);
  }

  // Backward's: what `e` is added to is not to leave the caches before.
  FusedKernels kernels_with(const Operand<T>& e) const {
    FusedKernels f = f_;
    f.streams = f.streams && !e.exists();
    return f;
  }

  template <class Work>
  void each_piece(std::int64_t row, Work work) const {
    const std::int64_t first = row * layout_.length(), channel = row % layout_.groups * layout_.channels;
    if (layout_.inner > most_elements) {
      for (std::int64_t c = 0; c < layout_.channels; ++c)
        for (std::int64_t i = 0; i < layout_.inner; i += most_elements)
          work(Piece{first + c * layout_.inner + i, std::min(most_elements, layout_.inner - i), channel + c, 1});
      return;
    }
    const std::int64_t most = most_elements / layout_.inner;
    for (std::int64_t c = 0; c < layout_.channels; c += most) {
      const std::int64_t channels = std::min(most, layout_.channels - c);
      work(Piece{first + c * layout_.inner, channels * layout_.inner, channel + c, channels});
    }
  }

  RowState forward_row(std::int64_t row, const Operand<T>& x, const Operand<T>& r, const Operand<T>& sum,
                       const Operand<T>& y, const Scales<T>& scales) const {
    Memory of_x, of_y;
    Counted found;
    const MomentsOfRow moments = data_.row_moments(moments_, centred_);
    each_piece(row, [&](const Piece& p) {
      found.add(moments(r.exists() ? added(x, r, sum, p, of_x, of_y) : data_.read(x, p, of_x), p.n), p.n);
    });
    const RowState state = RowState::of(found.moments, found.count, eps_);
    each_piece(row, [&](const Piece& p) {
      apply(p, data_.read(r.exists() ? sum : x, p, of_x), data_.place(y, p, of_y), state.affine<T>(), scales);
      data_.write(y, p, of_y);
    });
    return state;
  }

  // The affine maps of a piece's channels.
  struct Segments {
    Affine<T> of[most_elements / 2];
    Segments(const Piece& p, const Affine<T>& row, const Scales<T>& scales) {
      for (std::int64_t c = 0; c < p.channels; ++c) {
        const auto i = static_cast<std::size_t>(p.channel + c);
        of[c] = of_channel(row, scales.weight[i], scales.bias[i]);
      }
    }
  };

  void apply(const Piece& p, const void* x, void* y, const Affine<T>& affine, const Scales<T>& scales) const {
    if (by_elements_)
      data_.kernels().elements_forward(f_, x, y, 1, p.n, &affine, scales.weight.data() + p.channel,
                                       scales.bias.data() + p.channel);
    else
      data_.kernels().segments_forward(f_, x, y, p.channels, p.length(), Segments(p, affine, scales).of);
  }

  const void* added(const Operand<T>& x, const Operand<T>& r, const Operand<T>& sum, const Piece& p, Memory& memory,
                    Memory& spare) const {
    data_.kernels().add(data_.read(x, p, memory), data_.read(r, p, spare), data_.place(sum, p, memory), p.n);
    data_.write(sum, p, memory);
    return data_.read(sum, p, memory);  // what backward will read
  }

  // Slopes of elements are left in T: in the place of dx, or where that has less digits, in memory for a row.
  void backward_row(std::int64_t row, const Access<T>& data, const Operand<T>& g, const Operand<T>& e,
                    const Operand<T>& x, const Operand<T>& dx, const Scales<T>& scales, const RowState& state,
                    PartSums<T>& sums) const {
    Memory of_g, of_x, of_dx;
    const Affine<T> affine = state.affine<T>();
    T* const apart = by_elements_ && dx.is_converted() ? sums.slopes(layout_.length()) : nullptr;
    const bool leaves_in_place = leaves_slope_ && !apart;
    const auto slopes = [&](const Piece& p, void* place) {
      return apart ? apart + (p.offset - row * layout_.length()) : static_cast<T*>(place);
    };
    std::array<double, 2> all{};  // g f' w, and that times z
    each_piece(row, [&](const Piece& p) {
      const void *const gradient = data.read(g, p, of_g), *const input = data.read(x, p, of_x);
      void* const output = data.place(dx, p, of_dx);
      if (by_elements_)
        data.kernels().elements_backward(f_, gradient, input, slopes(p, output), 1, p.n, &affine,
                                         scales.weight.data() + p.channel, scales.bias.data() + p.channel,
                                         sums.scales().weight + p.channel, sums.scales().bias + p.channel, &all);
      else
        segments_backward(p, data, gradient, input, output, state, scales, sums, all);
      if (leaves_in_place) data.write(dx, p, of_dx);
    });
    const Correction<T> correction = state.correction<T>(layout_.length(), centred_, all.data());
    each_piece(row, [&](const Piece& p) {
      const void* const left = leaves_in_place ? data.read(dx, p, of_dx) : nullptr;
      const void *const gradient = left ? nullptr : data.read(g, p, of_g), *const input = data.read(x, p, of_x);
      void* const output = data.place(dx, p, of_dx);
      if (by_elements_)
        data.kernels().elements_correct(gradient, leaves_slope_ ? slopes(p, const_cast<void*>(left)) : nullptr, input,
                                        output, 1, p.n, &correction, scales.weight.data() + p.channel);
      else
        segments_correct(p, data, left ? left : gradient, input, output, affine, scales, correction);
      if (e.exists()) data.kernels().add(output, data.read(e, p, of_g), output, p.n);
      data.write(dx, p, of_dx);
    });
  }

  void segments_backward(const Piece& p, const Access<T>& data, const void* g, const void* x, void* dx,
                         const RowState& state, const Scales<T>& scales, PartSums<T>& sums,
                         std::array<double, 2>& all) const {
    std::array<double, 2> found[most_elements / 2];
    std::fill_n(found, p.channels, std::array<double, 2>{});
    data.kernels().segments_backward(f_, g, x, dx, p.channels, p.length(), Segments(p, state.affine<T>(), scales).of,
                                     found);
    for (std::int64_t c = 0; c < p.channels; ++c) {
      const auto [slope, distance] = found[c];
      const auto i = static_cast<std::size_t>(p.channel + c);
      const double of_weight = state.gradient_of_weight<T>(slope, distance);
      sums.scales().weight_doubles[i] += of_weight;
      sums.scales().bias_doubles[i] += slope;
      all[0] += slope * static_cast<double>(scales.weight[i]);
      all[1] += of_weight * static_cast<double>(scales.weight[i]);
    }
  }
  void segments_correct(const Piece& p, const Access<T>& data, const void* s, const void* x, void* dx,
                        const Affine<T>& row, const Scales<T>& scales, const Correction<T>& correction) const {
    Correction<T> corrections[most_elements / 2];
    std::fill_n(corrections, p.channels, correction);
    data.kernels().segments_correct(f_, s, x, dx, p.channels, p.length(), Segments(p, row, scales).of, corrections);
  }

  RowLayout layout_;
  bool by_elements_, centred_;
  double eps_;
  const NormalisationKernels<T>& moments_;
  FusedKernels f_;
  Access<T> data_{};
  bool leaves_slope_ = false;
  std::int64_t forward_rows_ = 0, backward_rows_ = 0;  // of a block; none, where a row is more than that
  std::int64_t samples_ = 1;                           // of a part
};

}  // namespace torchactiv
