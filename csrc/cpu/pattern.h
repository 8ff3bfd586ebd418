// How parameters lie along dense data.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "csrc/operators/operator.h"

namespace torchactiv {

// The data as [outer, channels, inner] in the order of memory, with parameters that vary along the channels only; one
// that is smaller than the others varies along some of them.
struct Pattern {
  std::vector<std::int64_t> order;    // of the dimensions in memory
  std::vector<std::int64_t> varying;  // the dimensions that the channels lie along, in the order of memory
  std::vector<std::int64_t> sizes;    // of these dimensions
  std::int64_t outer = 1, channels = 1, inner = 1;
};

// None where the parameters vary along dimensions that are not neighbours in memory.
std::optional<Pattern> find_pattern(const at::Tensor& dense_data, TensorSpan inputs,
                                    std::span<const bool> is_parameter);

// The parameter's values, channel by channel, each `repeat` times, and the whole `copies` times.
at::Tensor lay_out(const at::Tensor& parameter, const Pattern& pattern, std::int64_t repeat, std::int64_t copies);

// The reverse, for a gradient: sums over `repeat` neighbours, and over the channels along which the parameter does not
// vary, rounded once to the gradient's dtype. `aligned` is the parameter as it broadcasts.
void fold(const double* sums, std::int64_t repeat, const Pattern& pattern, const at::Tensor& aligned,
          at::Tensor& gradient);

}  // namespace torchactiv
