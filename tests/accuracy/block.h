// A block of inputs of one operator with what is exact there.
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
constexpr double slope_limit = 0x1p-4;  // where derivatives are measured in ulp
constexpr double tail_begin = 8;

// Near a zero away from the origin a value has few digits in double, of which those up to crossing_slack are right
// (test_references.py proves it).
constexpr double few_digits = 0x1p-6, crossing_slack = 0x1p-50;
inline bool near_zero(double x, double value) {
  const double magnitude = std::fabs(x);
  return (value != 0) & (std::fabs(value) < few_digits * magnitude) & (0.125 < magnitude) & (magnitude < tail_begin);
}

template <class Format>
class Block {
 public:
  using Bits = typename Format::Bits;

  explicit Block(const Operator& op);

  const Operator& measured() const { return operator_; }
  int input_count() const { return input_count_; }
  // To be filled before prepare() is called: the first input, or all if the slice is not broadcast.
  std::vector<Bits>& column(int input) { return columns_[static_cast<std::size_t>(input)]; }
  void prepare(const Slice& slice, int n);

  int size() const { return size_; }
  const double* x() const { return values_[0].data(); }  // the first input
  // In double: fast, and exact enough to tell where it is worth to ask exact_at.
  const double* exact(int output) const { return exact_[static_cast<std::size_t>(output)].data(); }
  long double exact_at(int output, int j) const;
  Point point(int j) const;

  // The largest relative distance of the reference in double from that in long double, at some inputs: it must be far
  // below an ulp of a float, or figures may be missed. Infinite where the latter is NaN.
  void check_reference(int last_output, int first, Largest& gap) const;

 private:
  const Operator& operator_;
  const int input_count_;
  int size_ = 0;
  std::vector<double> arguments_;
  std::vector<std::vector<Bits>> columns_;
  std::vector<std::vector<double>> values_, exact_;
};

}  // namespace accuracy
