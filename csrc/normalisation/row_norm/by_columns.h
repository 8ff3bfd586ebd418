// Normalisation of groups of channels of data whose channels lie side by side, sample by sample, each of which is found
// in the cache again where it is small enough.
#pragma once

#include "csrc/normalisation/columns/column_passes.h"
#include "csrc/normalisation/row_norm/row_moments.h"
#include "csrc/normalisation/row_norm/row_norm.h"
#include "csrc/normalisation/row_norm/scale_sums.h"

namespace torchactiv {

template <class T>
class GroupsByColumns {
 public:
  GroupsByColumns(const RowLayout& layout, double eps, const NormalisationKernels<T>& kernels, const FusedKernels& f)
      : layout_(layout),
        eps_(eps),
        passes_({layout.inner, channels(), 1}, layout.outer * elements(), kernels, f.loops != nullptr),
        f_(f) {}

  void forward(const Operand<T>& x, const Operand<T>& y, const Scales<T>& scales,
               const RowMoments<double>& moments) const {
    each_sample([&](std::int64_t sample) {
      const Operand<T> input = x.from(sample * elements());
      const std::vector<Distances> found = passes_.measure(input);
      std::vector<Distances> of_groups(static_cast<std::size_t>(layout_.groups));
      each_channel([&](std::size_t group, std::size_t c) { of_groups[group].add(found[c]); });
      std::vector<RowState> states;
      for (const Distances& group : of_groups) {
        states.push_back(RowState::of(group.moments(), group.count, eps_));
        moments.set(sample * layout_.groups + static_cast<std::int64_t>(states.size()) - 1, states.back());
      }
      passes_.forward(input, absent(), y.from(sample * elements()), f_, affine(states, scales));
    });
  }

  // Whether backward is in one loop with the activation, which reads each element of g before it writes that of dx.
  bool is_in_one_loop() const { return f_.loops != nullptr; }

  ScaleGradients backward(const Operand<T>& g, const Operand<T>& x, const Operand<T>& dx, const Scales<T>& scales,
                          const RowMoments<const double>& moments) const {
    const PartialSums of_samples(layout_.outer, channels());
    each_sample([&](std::int64_t sample) {
      const std::int64_t first = sample * elements();
      std::vector<RowState> states;
      for (std::int64_t group = 0; group < layout_.groups; ++group)
        states.push_back(moments.state(sample * layout_.groups + group, eps_));
      backward_of_sample(g.from(first), x.from(first), dx.from(first), states, scales, of_samples.weight(sample),
                         of_samples.bias(sample));
    });
    return of_samples.joined();
  }

 private:
  std::int64_t channels() const { return layout_.groups * layout_.channels; }
  std::int64_t elements() const { return channels() * layout_.inner; }
  static Operand<T> absent() { return Operand<T>::of({}); }

  // Calls work(group, channel) for all channels.
  template <class Work>
  void each_channel(Work work) const {
    std::size_t channel = 0;
    for (std::size_t group = 0; group < static_cast<std::size_t>(layout_.groups); ++group)
      for (std::int64_t i = 0; i < layout_.channels; ++i) work(group, channel++);
  }

  // The affine maps of the channels.
  auto affine(const std::vector<RowState>& states, const Scales<T>& scales) const {
    std::vector<Affine<T>> of_groups(states.size()), of_channels(scales.weight.size());
    for (std::size_t group = 0; group < states.size(); ++group) of_groups[group] = states[group].template affine<T>();
    each_channel([&](std::size_t group, std::size_t c) {
      of_channels[c] = of_channel(of_groups[group], scales.weight[c], scales.bias[c]);
    });
    return [of_channels](std::size_t c) { return of_channels[c]; };
  }

  void backward_of_sample(const Operand<T>& g, const Operand<T>& x, const Operand<T>& dx,
                          const std::vector<RowState>& states, const Scales<T>& scales, double* of_weight,
                          double* of_bias) const {
    const auto correction = [&](const std::vector<Sums>& sums) {
      std::vector<std::array<double, 2>> all(states.size());  // g f' w, and that times z
      each_channel([&](std::size_t group, std::size_t c) {
        of_weight[c] = states[group].template gradient_of_weight<T>(sums[c].slope, sums[c].distance);
        of_bias[c] = sums[c].slope;
        all[group][0] += of_bias[c] * static_cast<double>(scales.weight[c]);
        all[group][1] += of_weight[c] * static_cast<double>(scales.weight[c]);
      });
      std::vector<Correction<T>> of_groups(states.size()), of_channels(sums.size());
      for (std::size_t group = 0; group < states.size(); ++group)
        of_groups[group] = states[group].template correction<T>(layout_.length(), true, all[group].data());
      each_channel([&](std::size_t group, std::size_t c) { of_channels[c] = of_groups[group]; });
      return [of_channels](std::size_t c) { return of_channels[c]; };
    };
    const auto of = affine(states, scales);
    if constexpr (std::is_same_v<T, float>)
      if (f_.loops) {
        passes_.backward_in_one_loop(g, x, absent(), dx, absent(), f_, of, correction);
        return;
      }
    const ColumnValues<T> values(passes_.strips(), of);
    const std::vector<Sums> sums = passes_.backward(g, x, absent(), dx, absent(), f_, values);
    passes_.correct(x, dx, ColumnCorrections<T>(passes_.strips(), correction(sums)));
  }

  // Samples beside each other, where threads share them evenly, or one after the other, which all threads work on: that
  // changes nothing of what is found.
  template <class Work>
  void each_sample(Work work) const {
    const std::int64_t threads = at::get_num_threads(), uneven = 4;
    if (layout_.outer % threads != 0 && layout_.outer < uneven * threads) {
      for (std::int64_t sample = 0; sample < layout_.outer; ++sample) work(sample);
      return;
    }
    at::parallel_for(0, layout_.outer, std::max<std::int64_t>(1, grain_size / elements()),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t sample = begin; sample < end; ++sample) work(sample);
                     });
  }

  RowLayout layout_;
  double eps_;
  ColumnPasses<T> passes_;
  FusedKernels f_;
};

}  // namespace torchactiv
