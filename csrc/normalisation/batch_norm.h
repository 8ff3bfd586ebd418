// Batch normalisation and the activation behind it as one operator, and how its parts are called through the
// dispatcher. The schemas are in schemas.cpp.
//
// mean and variance are of doubles, as they were computed: what a float loses of a mean beside a small deviation would
// be missing from every result. weight and bias may be left out; 16-bit tensors may have them in float32.
#pragma once

#include <optional>
#include <tuple>

#include "csrc/operators/operator.h"

namespace torchactiv {

using MaybeTensor = std::optional<at::Tensor>;
using ThreeTensors = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

// What every part is told besides the data.
struct BatchNorm {
  const MaybeTensor &weight, &bias;
  double eps;
  c10::string_view activation;
  ArgumentSpan arguments;

  static constexpr const char* name = "batch_norm_act";
};

// output, mean and variance (of the batch, biased)
ThreeTensors call_training(const at::Tensor& input, const BatchNorm& norm);
// The gradients of input, weight and bias; the last two also where there is none.
ThreeTensors call_training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                    const at::Tensor& variance, const BatchNorm& norm);
at::Tensor call_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                          const BatchNorm& norm);
ThreeTensors call_inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                     const at::Tensor& variance, const BatchNorm& norm);

// The same as compositions of ATen's operators: differentiable, on any device. The mean and the variance of training
// are functions of the input there, whatever was given.
ThreeTensors composed_training(const at::Tensor& input, const BatchNorm& norm);
ThreeTensors composed_training_backward(const at::Tensor& grad_output, const at::Tensor& input, const BatchNorm& norm);
at::Tensor composed_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm);
ThreeTensors composed_inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                         const at::Tensor& variance, const BatchNorm& norm);

// The type that is computed in.
inline at::ScalarType computed_type(const at::Tensor& input) {
  return input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

// Throws what PyTorch throws, naming the argument that does not fit.
void check_input(const at::Tensor& input, const BatchNorm& norm);
void check_channel_values(const char* name, const at::Tensor& values, const at::Tensor& input);

}  // namespace torchactiv
