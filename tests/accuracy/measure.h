// Runs the kernels of one operator over blocks of inputs and compares what comes out with the reference.
#pragma once

#include "tests/accuracy/figures.h"
#include "tests/accuracy/format.h"
#include "tests/accuracy/operators.h"

namespace accuracy {

// The values of the inputs after the first, and of the arguments, for a sweep of the first input.
struct Slice {
  std::vector<double> inputs, arguments;
  bool broadcast = true;  // false: `inputs` is not used, every input has a column of its own, and only forward is run
};

constexpr int block_size = 16384;
constexpr int checked_of = 1024;        // the reference in double is checked at one of so many inputs
constexpr double slope_limit = 0x1p-4;  // where derivatives are measured in ulp
constexpr double tail_begin = 8;

template <class Format>
class Measurer {
 public:
  using Bits = typename Format::Bits;

  Measurer(const Operator& op, std::vector<int> capabilities);

  // To be filled before measure() is called: the first input, or all if the slice is not broadcast.
  std::vector<Bits>& column(int input) { return columns_[static_cast<std::size_t>(input)]; }
  void measure(const Slice& slice, int n, std::uint64_t block);  // the block-th of the slice

  const std::vector<Figures>& figures() const { return figures_; }  // one for each capability
  // The relative distance of the reference in double, which is fast, from that in long double, which decides. Taken at
  // some inputs; it must be far below an ulp of a float, or figures may be missed. Infinite where the latter
  // is NaN.
  const Largest& reference_gap() const { return reference_gap_; }

 private:
  void prepare(const Slice& slice, int n);
  void check_reference(int n, int last_output, int first);  // of the outputs that are measured
  void run(const torchactiv::OperatorKernels& kernels, const Slice& slice, int n, Figures& figures);
  void compare_value(const std::vector<Bits>& results, int n, Accuracy& accuracy);
  void compare_partial(int output, const std::vector<Bits>& results, int n, Accuracy& accuracy);
  void compare_special(int output, double result, int j, Accuracy& accuracy);
  void offer(int output, double result, long double exact, int j, Accuracy& accuracy) const;
  long double exact_at(int output, int j) const;
  Point point(int j) const;

  const Operator& operator_;
  const std::vector<int> capabilities_;
  const int input_count_;
  std::vector<Figures> figures_;
  Largest reference_gap_;
  std::vector<double> arguments_;
  std::vector<std::vector<Bits>> columns_, results_;
  std::vector<Bits> ones_;
  std::vector<std::vector<double>> values_, exact_;
};

}  // namespace accuracy
