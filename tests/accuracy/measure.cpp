#include "tests/accuracy/measure.h"

#include <utility>

namespace accuracy {
namespace {

// Errors against the reference in double that come this near to the largest are confirmed in long double.
constexpr double ulp_margin = 0x1p-20, absolute_margin = 0x1p-50;

bool may_be_largest(double error, double largest, double margin) { return error > std::max(largest - margin, margin); }

// Near a zero away from the origin a value has few digits in double: all are confirmed in long double there.
constexpr double few_digits = 0x1p-6;
bool near_zero(double x, double value) {
  const double magnitude = std::fabs(x);
  return value != 0 && std::fabs(value) < few_digits * magnitude && 0.125 < magnitude && magnitude < tail_begin;
}

// What an absolute error is beyond the rounding to a 16-bit type; a float's rounding is part of its bound.
template <class Format, class T>
double absolute_error(double result, T exact) {
  const T error = distance<Format>(result, exact);
  if constexpr (bit_count<Format> == 32) return static_cast<double>(error);
  return static_cast<double>(std::max<T>(error - unit_in_last_place<Format>(exact) / 2, 0));
}

}  // namespace

template <class Format>
Measurer<Format>::Measurer(const Operator& op, std::vector<int> capabilities)
    : operator_(op),
      capabilities_(std::move(capabilities)),
      input_count_(static_cast<int>(op.reference->inputs.size())),
      figures_(capabilities_.size(), Figures(static_cast<std::size_t>(1 + input_count_))),
      columns_(static_cast<std::size_t>(input_count_), std::vector<Bits>(block_size)),
      results_(static_cast<std::size_t>(1 + input_count_), std::vector<Bits>(block_size)),
      ones_(block_size, encode<Format>(1)),
      values_(static_cast<std::size_t>(input_count_), std::vector<double>(block_size)),
      exact_(static_cast<std::size_t>(1 + input_count_), std::vector<double>(block_size)) {}

template <class Format>
void Measurer<Format>::measure(const Slice& slice, int n, std::uint64_t block) {
  prepare(slice, n);
  check_reference(n, slice.broadcast ? input_count_ : 0, static_cast<int>(block % checked_of));
  for (std::size_t c = 0; c < capabilities_.size(); ++c)
    run(*operator_.kernels[static_cast<std::size_t>(capabilities_[c])], slice, n, figures_[c]);
}

template <class Format>
void Measurer<Format>::prepare(const Slice& slice, int n) {
  const double* inputs[most_variables];
  double* outputs[most_variables];
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0 && slice.broadcast) std::fill_n(columns_[i].begin(), n, encode<Format>(slice.inputs[i - 1]));
    for (int j = 0; j < n; ++j) values_[i][j] = decode<Format>(columns_[i][j]);
    inputs[i] = values_[i].data();
  }
  for (std::size_t i = 0; i < exact_.size(); ++i) outputs[i] = exact_[i].data();
  // An argument is a number of the type that the operator computes in, which is float for the 16-bit types too.
  arguments_.clear();
  for (const double argument : slice.arguments) arguments_.push_back(static_cast<float>(argument));
  operator_.reference->block(inputs, arguments_.data(), n, outputs);
}

template <class Format>
void Measurer<Format>::check_reference(int n, int last_output, int first) {
  for (int j = first; j < n; j += checked_of) {
    const double x = values_[0][j];
    if (!std::isfinite(x)) continue;
    for (int output = 0; output <= last_output; ++output) {
      const double fast = exact_[output][j];
      const long double exact = exact_at(output, j);
      // Near a zero crossing a derivative has no relative accuracy, and needs none.
      const bool in_tail = std::fabs(x) > tail_begin && !operator_.periodic;
      long double least = output > 0 && !in_tail ? slope_limit : 0x1p-160L;
      if (output == 0 && near_zero(x, fast)) least = few_digits * std::fabs(x);
      const long double gap = std::fabs(fast - exact) / std::max(std::fabs(exact), least);
      if (std::isfinite(fast)) reference_gap_.offer(static_cast<double>(gap), point(j));
    }
  }
}

template <class Format>
void Measurer<Format>::run(const torchactiv::OperatorKernels& kernels, const Slice& slice, int n, Figures& figures) {
  constexpr std::int64_t size = sizeof(Bits);
  std::vector<char*> operands;
  std::vector<std::int64_t> strides;
  const auto add = [&](std::vector<Bits>& column, std::int64_t stride) {
    operands.push_back(reinterpret_cast<char*>(column.data()));
    strides.push_back(stride);
  };
  const auto add_inputs = [&] {
    for (int i = 0; i < input_count_; ++i) add(columns_[i], i > 0 && slice.broadcast ? 0 : size);
  };
  constexpr auto element = static_cast<std::size_t>(Format::element);

  const auto run_map = [&](const torchactiv::MapKernel map) {
    strides.resize(2 * operands.size());  // there is one row
    map(operands.data(), strides.data(), n, 1, slice.arguments.data());
  };
  add(results_[0], size);
  add_inputs();
  run_map(kernels.forward[element].map);
  compare_value(results_[0], n, figures[0]);
  if (!slice.broadcast) return;

  operands.clear();
  strides.clear();
  for (int i = 1; i <= input_count_; ++i) add(results_[i], size);
  add(ones_, size);
  if (operator_.saves_output)
    add(results_[0], size);
  else
    add_inputs();
  run_map(kernels.backward[element].map);
  for (int i = 1; i <= input_count_; ++i) compare_partial(i, results_[i], n, figures[i]);
}

template <class Format>
void Measurer<Format>::compare_value(const std::vector<Bits>& results, int n, Accuracy& accuracy) {
  for (int j = 0; j < n; ++j) {
    const double result = decode<Format>(results[j]), exact = exact_[0][j];
    if (!std::isfinite(values_[0][j]) || !std::isfinite(exact) || std::isnan(result)) {
      compare_special(0, result, j, accuracy);
      continue;
    }
    if (near_zero(values_[0][j], exact) ||
        may_be_largest(error_in_ulp<Format>(result, exact), accuracy.ulp.error, ulp_margin))
      offer(0, result, exact_at(0, j), j, accuracy);
    if (result == 0 && std::signbit(result) != std::signbit(exact)) accuracy.count_wrong(point(j));
  }
}

// The sign of a derivative that is zero has no meaning: kernels give +0 there.
template <class Format>
void Measurer<Format>::compare_partial(int output, const std::vector<Bits>& results, int n, Accuracy& accuracy) {
  for (int j = 0; j < n; ++j) {
    const double x = values_[0][j], result = decode<Format>(results[j]), exact = exact_[output][j];
    if (!std::isfinite(x) || !std::isfinite(exact) || std::isnan(result)) {
      compare_special(output, result, j, accuracy);
      continue;
    }
    bool suspect;
    if (std::fabs(exact) >= slope_limit) {
      suspect = may_be_largest(error_in_ulp<Format>(result, exact), accuracy.ulp.error, ulp_margin);
    } else {
      suspect = may_be_largest(absolute_error<Format>(result, exact), accuracy.absolute.error, absolute_margin) ||
                (std::fabs(x) > tail_begin &&
                 may_be_largest(error_in_ulp<Format>(result, exact), accuracy.tail.error, ulp_margin));
    }
    if (suspect) offer(output, result, exact_at(output, j), j, accuracy);
  }
}

// NaN and infinite inputs, NaN from finite inputs, and a reference in double that overflows.
template <class Format>
void Measurer<Format>::compare_special(int output, double result, int j, Accuracy& accuracy) {
  const double x = values_[0][j];
  if (std::isnan(x)) {
    if (!std::isnan(result)) accuracy.count_wrong(point(j));
    return;
  }
  const long double exact = exact_at(output, j);
  if (std::isnan(exact) && std::isfinite(x)) reference_gap_.offer(std::numeric_limits<double>::infinity(), point(j));
  if (std::isnan(result) || std::isnan(exact)) {
    if (std::isnan(result) != std::isnan(exact)) accuracy.count_wrong(point(j));
    return;
  }
  // A limit that the format can represent must be met.
  const double narrowed = static_cast<double>(exact);
  const bool representable = std::isinf(narrowed) || decode<Format>(encode<Format>(narrowed)) == narrowed;
  const bool missed = std::isinf(x) && representable && result != narrowed;
  const bool sign = output == 0 && result == 0 && std::signbit(result) != std::signbit(exact);
  if (missed || sign) accuracy.count_wrong(point(j));
  if (std::isfinite(x) || !representable) offer(output, result, exact, j, accuracy);
}

template <class Format>
void Measurer<Format>::offer(int output, double result, long double exact, int j, Accuracy& accuracy) const {
  if (output == 0 || std::fabs(exact) >= static_cast<long double>(slope_limit)) {
    accuracy.ulp.offer(error_in_ulp<Format>(result, exact), point(j));
    return;
  }
  accuracy.absolute.offer(absolute_error<Format>(result, exact), point(j));
  if (std::fabs(values_[0][j]) > tail_begin) accuracy.tail.offer(error_in_ulp<Format>(result, exact), point(j));
}

template <class Format>
long double Measurer<Format>::exact_at(int output, int j) const {
  return exact(*operator_.reference, point(j).data(), arguments_.data(), output);
}

template <class Format>
Point Measurer<Format>::point(int j) const {
  Point result{};
  std::size_t count = 0;
  for (const std::vector<double>& value : values_) result[count++] = value[j];
  for (const double argument : arguments_) result[count++] = argument;
  return result;
}

template class Measurer<Float32>;
template class Measurer<BFloat16>;
template class Measurer<Float16>;

}  // namespace accuracy
