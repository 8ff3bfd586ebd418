// Layer, RMS, group and instance normalisation and the activation behind them, which is given by the name of its
// operator, such as "silu" or "gelu", with the numbers that it takes: none for their defaults.
#pragma once

#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "torchactiv/cloned.h"
#include "torchactiv/operator_named.h"

namespace torchactiv {

/// f(layer_norm(input))
inline at::Tensor layer_norm_act(const at::Tensor& input, at::IntArrayRef normalized_shape,
                                 const std::optional<at::Tensor>& weight = std::nullopt,
                                 const std::optional<at::Tensor>& bias = std::nullopt, double eps = 1e-5,
                                 std::string_view activation = "relu", c10::ArrayRef<double> arguments = {}) {
  using detail::Maybe, detail::maybe;
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, c10::SymIntArrayRef, const Maybe&, const Maybe&, double,
                                        std::string_view, c10::ArrayRef<double>)>("layer_norm_act");
  return handle.call(input, c10::fromIntArrayRefSlow(normalized_shape), maybe(weight), maybe(bias), eps, activation,
                     arguments);
}

/// f(rms_norm(input)); without eps that of the type that is computed in.
inline at::Tensor rms_norm_act(const at::Tensor& input, at::IntArrayRef normalized_shape,
                               const std::optional<at::Tensor>& weight = std::nullopt,
                               std::optional<double> eps = std::nullopt, std::string_view activation = "relu",
                               c10::ArrayRef<double> arguments = {}) {
  using detail::Maybe, detail::maybe;
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, c10::SymIntArrayRef, const Maybe&, std::optional<double>,
                                        std::string_view, c10::ArrayRef<double>)>("rms_norm_act");
  return handle.call(input, c10::fromIntArrayRefSlow(normalized_shape), maybe(weight), eps, activation, arguments);
}

/// f(group_norm(input))
inline at::Tensor group_norm_act(const at::Tensor& input, std::int64_t num_groups,
                                 const std::optional<at::Tensor>& weight = std::nullopt,
                                 const std::optional<at::Tensor>& bias = std::nullopt, double eps = 1e-5,
                                 std::string_view activation = "relu", c10::ArrayRef<double> arguments = {}) {
  using detail::Maybe, detail::maybe;
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, std::int64_t, const Maybe&, const Maybe&, double,
                                        std::string_view, c10::ArrayRef<double>)>("group_norm_act");
  return handle.call(input, num_groups, maybe(weight), maybe(bias), eps, activation, arguments);
}

/// f(instance_norm(input)). With use_input_stats, running_mean and running_var are updated, unless there are none.
inline at::Tensor instance_norm_act(const at::Tensor& input,
                                    const std::optional<at::Tensor>& running_mean = std::nullopt,
                                    const std::optional<at::Tensor>& running_var = std::nullopt,
                                    const std::optional<at::Tensor>& weight = std::nullopt,
                                    const std::optional<at::Tensor>& bias = std::nullopt, bool use_input_stats = true,
                                    double momentum = 0.1, double eps = 1e-5, std::string_view activation = "relu",
                                    c10::ArrayRef<double> arguments = {}) {
  using detail::Maybe, detail::maybe;
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, const Maybe&, const Maybe&, const Maybe&, const Maybe&, bool,
                                        double, double, std::string_view, c10::ArrayRef<double>)>("instance_norm_act");
  return handle.call(input, maybe(running_mean), maybe(running_var), maybe(weight), maybe(bias), use_input_stats,
                     momentum, eps, activation, arguments);
}

/// rms_norm(input + residual), and that sum.
inline std::tuple<at::Tensor, at::Tensor> add_rms_norm(const at::Tensor& input, const at::Tensor& residual,
                                                       const at::Tensor& weight,
                                                       std::optional<double> eps = std::nullopt) {
  static const auto handle = detail::operator_named<std::tuple<at::Tensor, at::Tensor>(
      const at::Tensor&, const at::Tensor&, const at::Tensor&, std::optional<double>)>("add_rms_norm");
  return handle.call(input, residual, weight, eps);
}

/// layer_norm(input + residual), and that sum.
inline std::tuple<at::Tensor, at::Tensor> add_layer_norm(const at::Tensor& input, const at::Tensor& residual,
                                                         const at::Tensor& weight,
                                                         const std::optional<at::Tensor>& bias = std::nullopt,
                                                         double eps = 1e-5) {
  using detail::Maybe, detail::maybe;
  static const auto handle = detail::operator_named<std::tuple<at::Tensor, at::Tensor>(
      const at::Tensor&, const at::Tensor&, const at::Tensor&, const Maybe&, double)>("add_layer_norm");
  return handle.call(input, residual, weight, maybe(bias), eps);
}

namespace nn {

/// What the modules keep of their activation. Norm is the module of torch::nn that is in front of it.
template <class Norm>
class ActivatedImpl : public Norm {
 public:
  template <class Options>
  explicit ActivatedImpl(const Options& options, std::string activation = "relu", std::vector<double> arguments = {})
      : Norm(options), activation(std::move(activation)), arguments(std::move(arguments)) {}

  void pretty_print(std::ostream& stream) const override {
    Norm::pretty_print(stream);
    stream << " with " << activation;
  }

  std::string activation;
  std::vector<double> arguments;
};

class LayerNormActImpl : public ActivatedImpl<torch::nn::LayerNormImpl> {
 public:
  using ActivatedImpl::ActivatedImpl;
  at::Tensor forward(const at::Tensor& input) {
    using detail::maybe;
    return layer_norm_act(input, options.normalized_shape(), maybe(weight), maybe(bias), options.eps(), activation,
                          arguments);
  }

  std::shared_ptr<torch::nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override {
    return cloned(*this, std::make_shared<LayerNormActImpl>(options, activation, arguments), device);
  }
};
TORCH_MODULE(LayerNormAct);

class GroupNormActImpl : public ActivatedImpl<torch::nn::GroupNormImpl> {
 public:
  using ActivatedImpl::ActivatedImpl;
  at::Tensor forward(const at::Tensor& input) {
    using detail::maybe;
    return group_norm_act(input, options.num_groups(), maybe(weight), maybe(bias), options.eps(), activation,
                          arguments);
  }

  std::shared_ptr<torch::nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override {
    return cloned(*this, std::make_shared<GroupNormActImpl>(options, activation, arguments), device);
  }
};
TORCH_MODULE(GroupNormAct);

/// Norm is torch::nn::InstanceNorm1dImpl, 2d or 3d, and D its number. Input may be without a batch, as LibTorch's.
template <class Norm, std::int64_t D>
class InstanceNormActImpl : public ActivatedImpl<Norm> {
 public:
  using ActivatedImpl<Norm>::ActivatedImpl;
  at::Tensor forward(const at::Tensor& input) {
    this->_check_input_dim(input);
    return input.dim() == D + 1 ? activated(input.unsqueeze(0)).squeeze(0) : activated(input);
  }

  std::shared_ptr<torch::nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override {
    return cloned(*this, std::make_shared<InstanceNormActImpl>(this->options, this->activation, this->arguments),
                  device);
  }

 private:
  at::Tensor activated(const at::Tensor& input) {
    using detail::maybe;
    const auto& options = this->options;
    return instance_norm_act(input, maybe(this->running_mean), maybe(this->running_var), maybe(this->weight),
                             maybe(this->bias), this->is_training() || !options.track_running_stats(),
                             options.momentum(), options.eps(), this->activation, this->arguments);
  }
};
using InstanceNormAct1dImpl = InstanceNormActImpl<torch::nn::InstanceNorm1dImpl, 1>;
using InstanceNormAct2dImpl = InstanceNormActImpl<torch::nn::InstanceNorm2dImpl, 2>;
using InstanceNormAct3dImpl = InstanceNormActImpl<torch::nn::InstanceNorm3dImpl, 3>;
TORCH_MODULE(InstanceNormAct1d);
TORCH_MODULE(InstanceNormAct2d);
TORCH_MODULE(InstanceNormAct3d);

/// LibTorch has no module of RMS normalisation. The weight starts as ones.
class RMSNormActImpl : public torch::nn::Cloneable<RMSNormActImpl> {
 public:
  explicit RMSNormActImpl(std::vector<std::int64_t> normalized_shape, std::optional<double> eps = std::nullopt,
                          std::string activation = "relu", std::vector<double> arguments = {})
      : normalized_shape(std::move(normalized_shape)),
        eps(eps),
        activation(std::move(activation)),
        arguments(std::move(arguments)) {
    RMSNormActImpl::reset();
  }
  void reset() override { weight = register_parameter("weight", torch::ones(normalized_shape)); }

  at::Tensor forward(const at::Tensor& input) {
    return rms_norm_act(input, normalized_shape, weight, eps, activation, arguments);
  }
  void pretty_print(std::ostream& stream) const override {
    stream << "torchactiv::nn::RMSNormAct(" << at::IntArrayRef(normalized_shape) << ") with " << activation;
  }

  std::vector<std::int64_t> normalized_shape;
  std::optional<double> eps;
  std::string activation;
  std::vector<double> arguments;
  at::Tensor weight;
};
TORCH_MODULE(RMSNormAct);

}  // namespace nn
}  // namespace torchactiv
