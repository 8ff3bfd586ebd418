// Registers the parts of batch normalisation for a dispatch key, from functions of the structure in batch_norm.h.
#pragma once

#include <torch/library.h>

#include "csrc/normalisation/batch_norm.h"

namespace torchactiv {

template <auto function>
ThreeTensors batch_norm_training(const at::Tensor& input, const MaybeTensor& weight, const MaybeTensor& bias,
                                 double eps, c10::string_view activation, ArgumentSpan arguments) {
  return function(input, {weight, bias, eps, activation, arguments});
}

template <auto function>
at::Tensor batch_norm_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                const MaybeTensor& weight, const MaybeTensor& bias, double eps,
                                c10::string_view activation, ArgumentSpan arguments) {
  return function(input, mean, variance, {weight, bias, eps, activation, arguments});
}

template <auto function>
ThreeTensors batch_norm_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                 const at::Tensor& variance, const MaybeTensor& weight, const MaybeTensor& bias,
                                 double eps, c10::string_view activation, ArgumentSpan arguments) {
  return function(grad_output, input, mean, variance, {weight, bias, eps, activation, arguments});
}

// Parts has static functions of these names.
template <class Parts>
void register_batch_norm(torch::Library& m) {
  m.impl("batch_norm_act_training", batch_norm_training<Parts::training>);
  m.impl("batch_norm_act_training_backward", batch_norm_backward<Parts::training_backward>);
  m.impl("batch_norm_act_inference", batch_norm_inference<Parts::inference>);
  m.impl("batch_norm_act_inference_backward", batch_norm_backward<Parts::inference_backward>);
}

}  // namespace torchactiv
