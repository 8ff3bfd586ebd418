// Tensors as what is computed with: few numbers as doubles, data of the type and layout of others.
#pragma once

#include <utility>
#include <vector>

#include "csrc/normalisation/optional.h"

namespace torchactiv {

std::vector<double> values_of(const at::Tensor& tensor);
// One-dimensional, on the device of `like`.
at::Tensor tensor_of(const std::vector<double>& values, const at::Tensor& like, at::ScalarType type);

// Both in the dtype of their sum, where one of them is of 16 bits, as under autocast. What differs otherwise stays.
std::pair<at::Tensor, MaybeTensor> promoted(const at::Tensor& input, const MaybeTensor& residual);
// The residual in the dtype of the input instead, where the result must have that.
MaybeTensor demoted(const at::Tensor& input, const MaybeTensor& residual);

// Of weight or bias: in the dtype of the promoted x, if it had that of the input.
MaybeTensor promoted_with(const at::Tensor& x, const at::Tensor& input, const MaybeTensor& values);

// In the layout and dtype of x.
at::Tensor like(const at::Tensor& tensor, const at::Tensor& x);

// Running statistics are exponential averages, here of value times factor.
void update_running(const at::Tensor& running, const at::Tensor& value, double momentum,
                    const c10::SymFloat& factor = 1.0);

// The type that is computed in.
inline at::ScalarType computed_type(const at::Tensor& input) {
  return input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}
// Calls function(T{}), T being that type.
template <class Function>
auto with_computed_type(const at::Tensor& input, Function function) {
  return computed_type(input) == at::kDouble ? function(double{}) : function(float{});
}

}  // namespace torchactiv
