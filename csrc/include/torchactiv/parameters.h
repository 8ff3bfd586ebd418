// How parameters of one dimension are laid along a dimension of the input that they are for: operators expect them
// along its dimension 1.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <vector>

namespace torchactiv::detail {

/// What a parameter is called, for messages.
struct ParameterName {
  const char *operator_name, *name;
};

/// A parameter of one dimension in a shape whose elements lie along dim of the input; others, and one element, as they
/// are. Of coefficients, which their first dimension counts, it is the second dimension.
inline at::Tensor viewed_along(const ParameterName& of, const at::Tensor& parameter, const at::Tensor& input,
                               std::int64_t dim, bool is_counted = false) {
  if (!parameter.defined() || !input.defined()) return parameter;  // which the operator refuses
  const std::int64_t counted = is_counted ? 1 : 0;
  if (parameter.dim() != counted + 1 || parameter.size(-1) == 1) return parameter;
  const std::int64_t elements = parameter.size(-1), expected = input.size(dim);
  TORCH_CHECK(elements == expected, of.operator_name, ": ", of.name, " has the shape ", parameter.sizes(),
              ", but input of shape ", input.sizes(), " has ", expected, " elements along dim=", dim,
              "; it takes one element, or one for each of these");
  // Two dimensions at least: with one it would lie along dimension 1.
  std::vector<std::int64_t> shape(counted + std::max<std::int64_t>(input.dim(), 2), 1);
  if (is_counted) shape[0] = parameter.size(0);
  shape[shape.size() + (dim < 0 ? dim : dim - input.dim())] = elements;
  return parameter.view(shape);
}

/// Likewise, but as it is where the operator lays it along that dimension by itself.
inline at::Tensor along(const ParameterName& of, const at::Tensor& parameter, const at::Tensor& input, std::int64_t dim,
                        bool is_counted = false) {
  const bool is_expected = dim == 1 || (dim < 0 && input.defined() && dim + input.dim() == 1);
  return is_expected ? parameter : viewed_along(of, parameter, input, dim, is_counted);
}

}  // namespace torchactiv::detail
