// Registers the parts of row normalisation for a dispatch key, from functions of the structure in row_norm.h.
#pragma once

#include <torch/library.h>

#include "csrc/normalisation/row_norm/row_norm.h"

namespace torchactiv {

template <auto function>
RowNormResults row_norm(const at::Tensor& input, const MaybeTensor& residual, const MaybeTensor& weight,
                        const MaybeTensor& bias, bool centred, std::int64_t dimensions, std::int64_t groups, double eps,
                        c10::string_view activation, ArgumentSpan arguments) {
  return function(input, residual, {weight, bias, centred, dimensions, groups, eps, activation, arguments});
}

template <auto function>
RowNormGradients row_norm_backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                                   const at::Tensor& mean, const at::Tensor& variance, const MaybeTensor& weight,
                                   const MaybeTensor& bias, bool centred, std::int64_t dimensions, std::int64_t groups,
                                   double eps, c10::string_view activation, ArgumentSpan arguments) {
  return function(grad_output, grad_sum, input, mean, variance,
                  {weight, bias, centred, dimensions, groups, eps, activation, arguments});
}

// Parts has static functions of these names.
template <class Parts>
void register_row_norm(torch::Library& m) {
  m.impl("row_norm_act", row_norm<Parts::forward>);
  m.impl("row_norm_act_backward", row_norm_backward<Parts::backward>);
}

}  // namespace torchactiv
