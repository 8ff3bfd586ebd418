// Batch normalisation and the activation behind it as one operator, and how its parts are called through the
// dispatcher. The schemas are in schemas.cpp.
//
// A residual is added between the two. Where `memory_efficient` asks for it and the activation has an inverse, autograd
// keeps the output and not the input, of which backward restores what it needs (Rota Bulo, Porzi & Kontschieder 2018,
// In-Place Activated BatchNorm for Memory-Optimized Training of DNNs, arXiv:1712.02616).
//
// mean and variance are of doubles, as they were computed: what a float loses of a mean beside a small deviation would
// be missing from every result. weight and bias may be left out; 16-bit tensors may have them in float32.
#pragma once

#include <tuple>

#include "csrc/normalisation/optional.h"
#include "csrc/normalisation/values.h"
#include "csrc/operators/operator.h"

namespace torchactiv {

using ThreeTensors = std::tuple<at::Tensor, at::Tensor, at::Tensor>;
using FourTensors = std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor>;
using MeanAndVariance = std::tuple<at::Tensor, at::Tensor>;

// What every part is told besides the data.
struct BatchNorm {
  const MaybeTensor &residual, &weight, &bias;
  double eps;
  c10::string_view activation;
  ArgumentSpan arguments;
  bool memory_efficient = false;

  static constexpr const char* name = "batch_norm_act";
};

// output, mean and variance (of the batch, biased)
ThreeTensors call_training(const at::Tensor& input, const BatchNorm& norm);
at::Tensor call_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                          const BatchNorm& norm);
// The same with the output in the place of the input.
MeanAndVariance call_training_in_place(const at::Tensor& input, const BatchNorm& norm);
void call_inference_in_place(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                             const BatchNorm& norm);
// mean and variance alone, as functions of nothing: what processes share that each have part of the batch
MeanAndVariance call_moments(const at::Tensor& input);
// The gradients of input, residual, weight and bias; tensors also where there is none of these. Where the output was
// kept (norm.memory_efficient) it stands for the input, and the mean is 0.
FourTensors call_training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                   const at::Tensor& variance, const BatchNorm& norm);
FourTensors call_inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                    const at::Tensor& variance, const BatchNorm& norm);
// input - mean, from the output
at::Tensor call_restore(const at::Tensor& output, const at::Tensor& variance, const BatchNorm& norm);

// The same as compositions of ATen's operators: differentiable, on any device. The mean and the variance of training
// are functions of the input there, whatever was given.
ThreeTensors composed_training(const at::Tensor& input, const BatchNorm& norm);
FourTensors composed_training_backward(const at::Tensor& grad_output, const at::Tensor& input, const BatchNorm& norm);
at::Tensor composed_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm);
FourTensors composed_inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                        const at::Tensor& variance, const BatchNorm& norm);

// Throws what PyTorch throws, naming the argument that does not fit.
void check_input(const at::Tensor& input, const BatchNorm& norm);
void check_channel_values(const char* function, const char* name, const at::Tensor& values, const at::Tensor& input);
// Of the mean and the variance that an operator is given.
void check_statistics(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance);
// Of what may be overwritten.
void check_in_place(const at::Tensor& input, const BatchNorm& norm);
// The first channel, if any, whose weight is so small beside its bias, beside the residual, or beside what the
// activation is at 0, that the output tells nothing of the input: then the input is kept. What was traced cannot choose
// any more when it runs, and throws.
std::optional<std::int64_t> unrestorable_channel(const at::Tensor& input, const BatchNorm& norm);
void check_restorable(const at::Tensor& input, const BatchNorm& norm);

}  // namespace torchactiv
