#include "csrc/cpu/parameters.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <numeric>

#include "csrc/cpu/elementwise.h"
#include "csrc/cpu/new_result.h"
#include "csrc/cpu/pattern.h"

namespace torchactiv {
namespace {

// The pattern of all parameters, if they have one and everything else lies in memory alike and without holes.
std::optional<Pattern> common_pattern(const at::Tensor& output, TensorSpan inputs, std::span<const bool> is_parameter) {
  const at::Tensor& data = inputs[0];
  if (!data.is_non_overlapping_and_dense()) return std::nullopt;
  const auto same = [&](const at::Tensor& t) { return t.sizes() == data.sizes() && t.strides() == data.strides(); };
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!is_parameter[i] && !same(inputs[i])) return std::nullopt;
  if (output.defined() && !same(output)) return std::nullopt;
  return find_pattern(data, inputs, is_parameter);
}

struct Run {
  MapKernel kernel;
  at::Tensor& output;
  TensorSpan inputs;
  std::span<const bool> is_parameter;
  ArgumentSpan arguments;
  const Pattern& pattern;

  // Long rows, along which a parameter is one element.
  void in_rows() const {
    char* data[most_operands];
    std::int64_t strides[2 * most_operands];
    const std::size_t operands = point_to(inputs, data, strides);
    std::int64_t* const row_strides = strides + operands;
    row_strides[0] = pattern.inner * strides[0];
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      row_strides[i + 1] = is_parameter[i] ? stride_of_channels(inputs[i]) * strides[i + 1] : row_strides[0];
      if (is_parameter[i]) strides[i + 1] = 0;
    }
    const std::int64_t grain = std::max<std::int64_t>(1, grain_size / pattern.inner);
    at::parallel_for(0, pattern.outer * pattern.channels, grain, [&](std::int64_t row, std::int64_t end) {
      while (row < end) {
        const std::int64_t channel = row % pattern.channels, rows = std::min(end - row, pattern.channels - channel);
        char* part[most_operands];
        part[0] = data[0] + row * row_strides[0];
        for (std::size_t i = 0; i < inputs.size(); ++i)
          part[i + 1] = data[i + 1] + (is_parameter[i] ? channel : row) * row_strides[i + 1];
        kernel(part, strides, pattern.inner, rows, arguments.data());
        row += rows;
      }
    });
  }

  // Parameters that repeat in short periods are laid out over a longer row, which is worth a call.
  void in_periods() const {
    const std::int64_t period = pattern.channels * pattern.inner;
    const std::int64_t repeat = periods_of_row(period), row = period * repeat;
    Tensors laid_out(inputs.begin(), inputs.end());
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (is_parameter[i]) laid_out[i] = lay_out(inputs[i], pattern, pattern.inner, repeat);
    char* data[most_operands];
    std::int64_t strides[2 * most_operands];
    const std::size_t operands = point_to(laid_out, data, strides);
    std::int64_t* const row_strides = strides + operands;
    row_strides[0] = row * strides[0];
    for (std::size_t i = 0; i < inputs.size(); ++i) row_strides[i + 1] = is_parameter[i] ? 0 : row_strides[0];
    const std::int64_t n = inputs[0].numel(), rows = (n + row - 1) / row;
    at::parallel_for(0, rows, std::max<std::int64_t>(1, grain_size / row), [&](std::int64_t begin, std::int64_t end) {
      char* part[most_operands];
      for (std::size_t i = 0; i < operands; ++i) part[i] = data[i] + begin * row_strides[i];
      const std::int64_t whole = std::min(end, n / row) - begin;
      if (whole > 0) kernel(part, strides, row, whole, arguments.data());
      if (begin + whole == end) return;
      for (std::size_t i = 0; i < operands; ++i) part[i] += whole * row_strides[i];
      kernel(part, strides, n % row, 1, arguments.data());
    });
  }

  bool is_in_rows() const {
    constexpr std::int64_t long_row = 256, vector_row = 64;
    return (pattern.inner >= long_row || pattern.inner % vector_row == 0) && pattern.varying.size() == 1;
  }

  bool is_in_periods() const {
    constexpr std::int64_t long_period = 65536;  // longer ones are not worth the copy
    return pattern.outer > 1 && pattern.channels * pattern.inner <= long_period && inputs[0].numel() >= least_elements;
  }

 private:
  static constexpr std::int64_t least_elements = 2048;

  // How many periods make a row: some thousand elements, so that parameters stay in the first-level cache beside the
  // data that stream through it, and only full vectors, whose number of elements divides `whole`.
  static std::int64_t periods_of_row(std::int64_t period) {
    constexpr std::int64_t target = 1024, largest = 4096, whole = 128;
    const std::int64_t step = whole / std::gcd(period, whole);
    if (step * period > largest) return std::max<std::int64_t>(1, target / period);
    return step * std::max<std::int64_t>(1, target / (step * period));
  }

  std::size_t point_to(TensorSpan from, char** data, std::int64_t* strides) const {
    data[0] = static_cast<char*>(output.mutable_data_ptr());
    for (std::size_t i = 0; i < from.size(); ++i)
      data[i + 1] = static_cast<char*>(const_cast<void*>(from[i].const_data_ptr()));
    std::fill_n(strides, from.size() + 1, static_cast<std::int64_t>(output.element_size()));
    return from.size() + 1;
  }

  static std::int64_t stride_of_channels(const at::Tensor& parameter) {
    for (std::int64_t d = 0; d < parameter.dim(); ++d)
      if (parameter.size(d) != 1) return parameter.stride(d);
    return 0;
  }
};

}  // namespace

void run_with_parameters(MapKernel kernel, at::Tensor& output, TensorSpan inputs, std::span<const bool> is_parameter,
                         ArgumentSpan arguments) {
  const std::optional<Pattern> pattern = common_pattern(output, inputs, is_parameter);
  if (pattern && pattern->channels > 1 && inputs[0].numel() > 0) {
    const Run run{kernel, output, inputs, is_parameter, arguments, *pattern};
    if (run.is_in_rows() || run.is_in_periods()) {
      if (!output.defined()) output = new_result(inputs[0]);
      return run.is_in_rows() ? run.in_rows() : run.in_periods();
    }
  }
  Tensors outputs{output};
  run_elementwise(kernel, outputs, inputs, arguments);
  output = outputs[0];
}

}  // namespace torchactiv
