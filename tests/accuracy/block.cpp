#include "tests/accuracy/block.h"

#include <limits>

#include "tests/accuracy/screen.h"

namespace accuracy {
namespace {

constexpr int checked_of = 1024;  // the reference in double is checked at one of so many inputs

// How far double is from exact, relative to a magnitude that is at least `least`.
double relative_gap(double fast, long double exact, long double least) {
  // Comparisons rely on it that double overflows only where the true value does: beyond the largest float, that is.
  const bool overflows = std::isinf(fast) && std::fabs(exact) > 0x1p128L && fast * exact > 0;
  if (overflows) return 0;
  if (std::isinf(fast) || std::isnan(exact)) return std::numeric_limits<double>::infinity();
  return static_cast<double>(std::fabs(fast - exact) / std::max(std::fabs(exact), least));
}

}  // namespace

template <class Format>
Block<Format>::Block(const Operator& op)
    : operator_(op),
      input_count_(static_cast<int>(op.reference->inputs.size())),
      columns_(op.reference->inputs.size(), std::vector<Bits>(block_size)),
      values_(op.reference->inputs.size(), std::vector<double>(block_size)),
      exact_(1 + op.reference->inputs.size(), std::vector<double>(block_size)) {}

template <class Format>
void Block<Format>::prepare(const Slice& slice, int n) {
  size_ = n;
  const double* inputs[most_variables];
  double* outputs[most_variables];
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0 && slice.broadcast) std::fill_n(columns_[i].begin(), n, encode<Format>(slice.inputs[i - 1]));
    decode_column<Format>(columns_[i].data(), n, values_[i].data());
    inputs[i] = values_[i].data();
  }
  for (std::size_t i = 0; i < exact_.size(); ++i) outputs[i] = exact_[i].data();
  // An argument is a number of the type that the operator computes in, which is float for the 16-bit types too.
  arguments_.clear();
  for (const double argument : slice.arguments) arguments_.push_back(static_cast<float>(argument));
  operator_.reference->block(inputs, arguments_.data(), n, outputs);
}

template <class Format>
void Block<Format>::check_reference(int last_output, int first, Largest& gap) const {
  for (int j = first % checked_of; j < size_; j += checked_of) {
    if (!std::isfinite(x()[j])) continue;
    for (int output = 0; output <= last_output; ++output) {
      const double fast = exact(output)[j];
      if (std::isnan(fast)) continue;  // is calculated in long double anyway
      // Near a zero crossing a derivative has no relative accuracy, and needs none.
      const bool in_tail = std::fabs(x()[j]) > tail_begin && !operator_.periodic;
      long double least = output > 0 && !in_tail ? slope_limit : 0x1p-160L;
      if (output == 0 && near_zero(x()[j], fast)) least = few_digits;
      gap.offer(relative_gap(fast, exact_at(output, j), least), point(j));
    }
  }
}

template <class Format>
long double Block<Format>::exact_at(int output, int j) const {
  return accuracy::exact(*operator_.reference, point(j).data(), arguments_.data(), output);
}

template <class Format>
Point Block<Format>::point(int j) const {
  Point result{};
  std::size_t count = 0;
  for (const std::vector<double>& value : values_) result[count++] = value[static_cast<std::size_t>(j)];
  for (const double argument : arguments_) result[count++] = argument;
  return result;
}

template class Block<Float32>;
template class Block<BFloat16>;
template class Block<Float16>;

}  // namespace accuracy
