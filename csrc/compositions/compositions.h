// Activations that are no function of single elements, or that choose between several.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

namespace torchactiv {

at::Tensor gelu(const at::Tensor& input, c10::string_view approximate);
at::Tensor rrelu(const at::Tensor& input, double lower, double upper, bool training,
                 std::optional<at::Generator> generator);
at::Tensor& rrelu_(at::Tensor& input, double lower, double upper, bool training,
                   std::optional<at::Generator> generator);
at::Tensor glu(const at::Tensor& input, std::int64_t dim);
at::Tensor crelu(const at::Tensor& input, std::int64_t dim);
at::Tensor maxout(const at::Tensor& input, std::int64_t pieces, std::int64_t dim);

}  // namespace torchactiv
