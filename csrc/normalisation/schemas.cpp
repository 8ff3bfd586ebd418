// The schemas, the calls through the dispatcher, and what keeps the running statistics.
#include <ATen/Functions.h>
#include <torch/library.h>

#include "csrc/normalisation/batch_norm.h"

namespace torchactiv {
namespace {

template <class Type>
const c10::TypedOperatorHandle<Type>& handle_of(const char* name) {
  static const auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Type>();
  return handle;
}

ThreeTensors call_backward(const char* name, const at::Tensor& grad_output, const at::Tensor& input,
                           const at::Tensor& mean, const at::Tensor& variance, const BatchNorm& norm) {
  using Type = ThreeTensors(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&,
                            const MaybeTensor&, const MaybeTensor&, double, c10::string_view, ArgumentSpan);
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Type>().call(
      grad_output, input, mean, variance, norm.weight, norm.bias, norm.eps, norm.activation, norm.arguments);
}

// The running statistics are exponential averages; the variance without bias.
void update(const at::Tensor& running, const at::Tensor& value, double momentum) {
  running.mul_(1 - momentum).add_(value.to(running.scalar_type()), momentum);
}

}  // namespace

ThreeTensors call_training(const at::Tensor& input, const BatchNorm& norm) {
  using Type =
      ThreeTensors(const at::Tensor&, const MaybeTensor&, const MaybeTensor&, double, c10::string_view, ArgumentSpan);
  return handle_of<Type>("torchactiv::batch_norm_act_training")
      .call(input, norm.weight, norm.bias, norm.eps, norm.activation, norm.arguments);
}

at::Tensor call_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                          const BatchNorm& norm) {
  using Type = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const MaybeTensor&,
                          const MaybeTensor&, double, c10::string_view, ArgumentSpan);
  return handle_of<Type>("torchactiv::batch_norm_act_inference")
      .call(input, mean, variance, norm.weight, norm.bias, norm.eps, norm.activation, norm.arguments);
}

ThreeTensors call_training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                    const at::Tensor& variance, const BatchNorm& norm) {
  return call_backward("torchactiv::batch_norm_act_training_backward", grad_output, input, mean, variance, norm);
}
ThreeTensors call_inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                     const at::Tensor& variance, const BatchNorm& norm) {
  return call_backward("torchactiv::batch_norm_act_inference_backward", grad_output, input, mean, variance, norm);
}

at::Tensor batch_norm_act(const at::Tensor& input, const MaybeTensor& running_mean, const MaybeTensor& running_var,
                          const MaybeTensor& weight, const MaybeTensor& bias, bool training, double momentum,
                          double eps, c10::string_view activation, ArgumentSpan arguments) {
  const BatchNorm norm{weight, bias, eps, activation, arguments};
  check_input(input, norm);
  if (running_mean) check_channel_values("running_mean", *running_mean, input);
  if (running_var) check_channel_values("running_var", *running_var, input);
  if (!training) {
    TORCH_CHECK(running_mean, BatchNorm::name, ": running_mean must be given unless training=True");
    TORCH_CHECK(running_var, BatchNorm::name, ": running_var must be given unless training=True");
    return call_inference(input, *running_mean, *running_var, norm);
  }
  const c10::SymInt count = input.sym_size(0) * c10::multiply_integers(input.sym_sizes().slice(2));
  TORCH_CHECK_VALUE(count != 1, BatchNorm::name,
                    ": expected more than 1 value per channel when training, got input of ", "shape ",
                    input.sym_sizes());
  TORCH_CHECK_VALUE(eps > 0, BatchNorm::name, ": eps must be positive during training, got ", eps);
  auto [output, mean, variance] = call_training(input, norm);
  at::NoGradGuard guard;
  if (running_mean) update(*running_mean, mean, momentum);
  if (running_var) update(*running_var, variance * (c10::SymFloat(count) / c10::SymFloat(count - 1)), momentum);
  return output;
}

}  // namespace torchactiv

TORCH_LIBRARY_FRAGMENT(torchactiv, m) {
  const std::vector<at::Tag> tags{at::Tag::pt2_compliant_tag};
  m.def(
      "batch_norm_act(Tensor input, Tensor(a!)? running_mean, Tensor(b!)? running_var, Tensor? weight=None, "
      "Tensor? bias=None, bool training=False, float momentum=0.1, float eps=1e-5, str activation='relu', "
      "float[] arguments=[]) -> Tensor",
      tags);
  const std::string numbers = "Tensor? weight, Tensor? bias, float eps, str activation, float[] arguments) -> ";
  const std::string three = "(Tensor, Tensor, Tensor)", statistics = "Tensor mean, Tensor variance, ";
  m.def(("batch_norm_act_training(Tensor input, " + numbers + three).c_str(), tags);
  m.def(("batch_norm_act_inference(Tensor input, " + statistics + numbers + "Tensor").c_str(), tags);
  for (const char* const name : {"training", "inference"})
    m.def(("batch_norm_act_" + std::string(name) + "_backward(Tensor grad_output, Tensor input, " + statistics +
           numbers + three)
              .c_str(),
          tags);
}

TORCH_LIBRARY_IMPL(torchactiv, CompositeImplicitAutograd, m) { m.impl("batch_norm_act", torchactiv::batch_norm_act); }
TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatched, m) { m.impl("batch_norm_act", torchactiv::batch_norm_act); }
