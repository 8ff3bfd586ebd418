// Batch normalisation and the activation behind it, which is given by the name of its operator, such as "silu" or
// "gelu", with the numbers that it takes: none for their defaults.
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/common.h>
#include <torch/nn/modules/container/any.h>

#include <optional>
#include <string>
#include <vector>

#include "torchactiv/cloned.h"
#include "torchactiv/operator_named.h"

namespace torchactiv {

/// f(batch_norm(input) + residual). In training, running_mean and running_var are updated, unless there are none; with
/// memory_efficient autograd keeps the output rather than the input, if f has an inverse.
inline at::Tensor batch_norm_act(const at::Tensor& input, const std::optional<at::Tensor>& running_mean,
                                 const std::optional<at::Tensor>& running_var,
                                 const std::optional<at::Tensor>& weight = std::nullopt,
                                 const std::optional<at::Tensor>& bias = std::nullopt, bool training = false,
                                 double momentum = 0.1, double eps = 1e-5, std::string_view activation = "relu",
                                 c10::ArrayRef<double> arguments = {}, bool memory_efficient = false,
                                 const std::optional<at::Tensor>& residual = std::nullopt) {
  using detail::Maybe, detail::maybe;
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, const Maybe&, const Maybe&, const Maybe&, const Maybe&, bool,
                                        double, double, std::string_view, c10::ArrayRef<double>, bool, const Maybe&)>(
          "batch_norm_act");
  return handle.call(input, maybe(running_mean), maybe(running_var), maybe(weight), maybe(bias), training, momentum,
                     eps, activation, arguments, memory_efficient, maybe(residual));
}

namespace nn {

/// torch::nn's module with an activation behind it; Norm is torch::nn::BatchNorm1dImpl, 2d or 3d.
template <class Norm>
class BatchNormActImpl : public Norm {
 public:
  explicit BatchNormActImpl(const torch::nn::BatchNormOptions& options, std::string activation = "relu",
                            std::vector<double> arguments = {}, bool memory_efficient = false)
      : Norm(options),
        activation(std::move(activation)),
        arguments(std::move(arguments)),
        memory_efficient(memory_efficient) {}

  at::Tensor forward(const at::Tensor& input, const std::optional<at::Tensor>& residual = std::nullopt) {
    this->_check_input_dim(input);
    const auto& options = this->options;
    double momentum = options.momentum().value_or(0.0);
    if (this->is_training() && this->num_batches_tracked.defined()) {
      this->num_batches_tracked += 1;
      if (!options.momentum()) momentum = 1 / this->num_batches_tracked.template item<double>();  // average of all
    }
    return batch_norm_act(input, this->running_mean, this->running_var, this->weight, this->bias,
                          this->is_training() || !this->running_mean.defined(), momentum, options.eps(), activation,
                          arguments, memory_efficient, residual);
  }

  void pretty_print(std::ostream& stream) const override {
    Norm::pretty_print(stream);
    stream << " with " << activation;
  }

  std::shared_ptr<torch::nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override {
    return cloned(
        *this, std::make_shared<BatchNormActImpl>(this->options, this->activation, this->arguments, memory_efficient),
        device);
  }

  std::string activation;
  std::vector<double> arguments;
  bool memory_efficient;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, torch::nn::AnyValue(std::optional<at::Tensor>())})  // for a Sequential
};

using BatchNormAct1dImpl = BatchNormActImpl<torch::nn::BatchNorm1dImpl>;
using BatchNormAct2dImpl = BatchNormActImpl<torch::nn::BatchNorm2dImpl>;
using BatchNormAct3dImpl = BatchNormActImpl<torch::nn::BatchNorm3dImpl>;
TORCH_MODULE(BatchNormAct1d);
TORCH_MODULE(BatchNormAct2d);
TORCH_MODULE(BatchNormAct3d);

}  // namespace nn
}  // namespace torchactiv
