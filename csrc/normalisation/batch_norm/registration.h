// Registers the parts of batch normalisation for a dispatch key, from functions of the structure in batch_norm.h.
#pragma once

#include <torch/library.h>

#include "csrc/normalisation/batch_norm/batch_norm.h"

namespace torchactiv {

// A function of some tensors and a BatchNorm with the operator's arguments.
template <auto function, class Result, class... Data>
struct Part {
  static Result call(Data... data, const MaybeTensor& residual, const MaybeTensor& weight, const MaybeTensor& bias,
                     double eps, c10::string_view activation, ArgumentSpan arguments, bool memory_efficient) {
    return function(data..., {residual, weight, bias, eps, activation, arguments, memory_efficient});
  }
};

// Parts has static functions of these names.
template <class Parts>
void register_batch_norm(torch::Library& m) {
  using Data = const at::Tensor&;
  m.impl("batch_norm_act_training", Part<Parts::training, ThreeTensors, Data>::call);
  m.impl("batch_norm_act_training_backward", Part<Parts::training_backward, FourTensors, Data, Data, Data, Data>::call);
  m.impl("batch_norm_act_inference", Part<Parts::inference, at::Tensor, Data, Data, Data>::call);
  m.impl("batch_norm_act_inference_backward",
         Part<Parts::inference_backward, FourTensors, Data, Data, Data, Data>::call);
  m.impl("batch_norm_act_moments", Parts::moments);
  m.impl("batch_norm_act_restore", Part<Parts::restore, at::Tensor, Data, Data>::call);
}
template <class Parts>
void register_batch_norm_in_place(torch::Library& m) {
  using Data = const at::Tensor&;
  m.impl("batch_norm_act_training_", Part<Parts::training_in_place, MeanAndVariance, Data>::call);
  m.impl("batch_norm_act_inference_", Part<Parts::inference_in_place, void, Data, Data, Data>::call);
}

}  // namespace torchactiv
