// Runs the kernels of one operator, and PyTorch's function beside them, over blocks of inputs and compares what comes
// out with the reference.
#pragma once

#include "tests/accuracy/block.h"
#include "tests/accuracy/figures.h"
#include "tests/accuracy/pytorch.h"

namespace accuracy {

template <class Format>
class Measurer {
 public:
  using Bits = typename Format::Bits;

  // Without PyTorch if `builtin` is null.
  Measurer(const Operator& op, std::vector<int> capabilities, const Builtin* builtin);

  // To be filled before measure() is called: the first input, or all if the slice is not broadcast.
  std::vector<Bits>& column(int input) { return block_.column(input); }
  void measure(const Slice& slice, int n, std::uint64_t block);  // the block-th of the slice

  Figures figures(std::size_t index) const;  // of the index-th capability
  const Figures& builtin_figures() const { return builtin_figures_; }
  const Largest& reference_gap() const { return reference_gap_; }

 private:
  using Results = std::vector<std::vector<Bits>>;  // the value, then the partial derivatives

  void run(const torchactiv::OperatorKernels& kernels, const Slice& slice, int n, Results& results);
  void run_builtin(const Slice& slice, int n);
  void compare_all(int output);

  const Operator& operator_;
  const std::vector<int> capabilities_;
  const Builtin* const builtin_;
  const int input_count_;
  Block<Format> block_;
  std::vector<Results> results_;  // of each capability
  Results builtin_results_;
  std::vector<Bits> ones_;
  // Instruction sets often give the same bits, which are compared once: figures_[s] belongs to all capabilities whose
  // bits in s are set.
  std::vector<Figures> figures_;
  Figures builtin_figures_;
  Largest reference_gap_;
};

}  // namespace accuracy
