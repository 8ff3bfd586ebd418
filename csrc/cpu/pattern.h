// How parameters lie along dense data.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "csrc/operators/operator.h"

namespace torchactiv {

// The data as [outer, channels, inner] in the order of memory, with parameters that vary along the channels only.
struct Pattern {
  std::vector<std::int64_t> order;  // of the dimensions in memory
  std::int64_t outer = 1, channels = 1, inner = 1;
  int varying_dimensions = 0;  // along which the channels lie
};

// The first of the parameters among the inputs; null where their sizes differ, so that they have no pattern in common.
const at::Tensor* common_parameter(TensorSpan inputs, std::span<const bool> is_parameter);

// None where the parameter varies along dimensions that are not neighbours in memory.
std::optional<Pattern> find_pattern(const at::Tensor& dense_data, const at::Tensor& parameter);

// The size of a parameter along a dimension of the data, with which its last dimensions are aligned.
std::int64_t size_along(const at::Tensor& parameter, std::int64_t dimension, std::int64_t data_dimensions);

// The parameter's values, channel by channel, each `repeat` times, and the whole `copies` times.
at::Tensor lay_out(const at::Tensor& parameter, const Pattern& pattern, std::int64_t repeat, std::int64_t copies);

// The reverse, for a gradient: sums over `repeat` neighbours, rounded once to the parameter's dtype.
void fold(const double* sums, std::int64_t repeat, const Pattern& pattern, const at::Tensor& data,
          const at::Tensor& aligned_parameter, at::Tensor& gradient);

}  // namespace torchactiv
