#include "tests/accuracy/measure.h"

#include <utility>

#include "tests/accuracy/compare.h"

namespace accuracy {

template <class Format>
Measurer<Format>::Measurer(const Operator& op, std::vector<int> capabilities, const Builtin* builtin)
    : operator_(op),
      capabilities_(std::move(capabilities)),
      builtin_(builtin),
      input_count_(static_cast<int>(op.reference->inputs.size())),
      block_(op),
      results_(capabilities_.size(), Results(1 + op.reference->inputs.size(), std::vector<Bits>(block_size))),
      ones_(block_size, encode<Format>(1)),
      figures_(std::size_t{1} << capabilities_.size(), Figures(1 + op.reference->inputs.size())) {
  if (builtin_ == nullptr) return;
  builtin_results_.assign(1 + op.reference->inputs.size(), std::vector<Bits>(block_size));
  builtin_figures_.resize(1 + op.reference->inputs.size());
}

template <class Format>
void Measurer<Format>::measure(const Slice& slice, int n, std::uint64_t block) {
  const int last_output = slice.broadcast ? input_count_ : 0;
  block_.prepare(slice, n);
  block_.check_reference(last_output, static_cast<int>(block % block_size), reference_gap_);
  for (std::size_t c = 0; c < capabilities_.size(); ++c)
    run(*operator_.kernels[static_cast<std::size_t>(capabilities_[c])], slice, n, results_[c]);
  if (builtin_ != nullptr) run_builtin(slice, n);
  for (int output = 0; output <= last_output; ++output) compare_all(output);
}

template <class Format>
Figures Measurer<Format>::figures(std::size_t index) const {
  Figures result;
  for (std::size_t set = 0; set < figures_.size(); ++set)
    if (set >> index & 1) merge(result, figures_[set]);
  return result;
}

template <class Format>
void Measurer<Format>::run(const torchactiv::OperatorKernels& kernels, const Slice& slice, int n, Results& results) {
  constexpr std::int64_t size = sizeof(Bits);
  std::vector<char*> operands;
  std::vector<std::int64_t> strides;
  const auto add = [&](std::vector<Bits>& column, std::int64_t stride) {
    operands.push_back(reinterpret_cast<char*>(column.data()));
    strides.push_back(stride);
  };
  const auto add_inputs = [&] {
    for (int i = 0; i < input_count_; ++i) add(column(i), i > 0 && slice.broadcast ? 0 : size);
  };
  constexpr auto element = static_cast<std::size_t>(Format::element);

  const auto run_map = [&](const torchactiv::MapKernel& map) {
    strides.resize(2 * operands.size());  // there is one row
    operator_.bound(map)(operands.data(), strides.data(), n, 1, slice.arguments.data());
  };
  add(results[0], size);
  add_inputs();
  run_map(kernels.forward[element]);
  if (!slice.broadcast) return;

  operands.clear();
  strides.clear();
  for (std::size_t i = 1; i < results.size(); ++i) add(results[i], size);
  add(ones_, size);
  if (operator_.saves_output)
    add(results[0], size);
  else
    add_inputs();
  run_map(kernels.backward[element]);
}

template <class Format>
void Measurer<Format>::run_builtin(const Slice& slice, int n) {
  std::vector<void*> inputs, results;
  for (int i = 0; i < input_count_; ++i) inputs.push_back(column(i).data());
  for (std::vector<Bits>& column : builtin_results_) results.push_back(column.data());
  call(*builtin_, Format::element, inputs, n, slice.arguments, slice.broadcast, results);
}

template <class Format>
void Measurer<Format>::compare_all(int output) {
  const auto o = static_cast<std::size_t>(output);
  std::size_t done = 0;
  for (std::size_t c = 0; c < capabilities_.size(); ++c) {
    if (done >> c & 1) continue;
    std::size_t set = 0;
    const auto bits = results_[c][o].begin();
    for (std::size_t other = c; other < capabilities_.size(); ++other)
      if (std::equal(bits, bits + block_.size(), results_[other][o].begin())) set |= std::size_t{1} << other;
    done |= set;
    compare(block_, output, results_[c][o], figures_[set][o], reference_gap_);
  }
  if (builtin_ != nullptr) compare(block_, output, builtin_results_[o], builtin_figures_[o], reference_gap_);
}

template class Measurer<Float32>;
template class Measurer<BFloat16>;
template class Measurer<Float16>;

}  // namespace accuracy
