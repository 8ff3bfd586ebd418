// The schemas, the calls through the dispatcher, and what keeps the running statistics.
#include <ATen/Functions.h>
#include <torch/library.h>

#include "csrc/include/torchactiv/operator_named.h"
#include "csrc/normalisation/batch_norm/batch_norm.h"
#include "csrc/normalisation/checks.h"
#include "csrc/normalisation/fused_activation.h"

namespace torchactiv {
namespace {

template <class Result, class... Data>
class Dispatched {
 public:
  explicit Dispatched(const std::string& name) : handle_(detail::operator_named<Type>("batch_norm_act_" + name)) {}
  Result operator()(const Data&... data, const BatchNorm& norm) const {
    return handle_.call(data..., norm.residual, norm.weight, norm.bias, norm.eps, norm.activation, norm.arguments,
                        norm.memory_efficient);
  }

 private:
  using Type = Result(const Data&..., const MaybeTensor&, const MaybeTensor&, const MaybeTensor&, double,
                      c10::string_view, ArgumentSpan, bool);
  c10::TypedOperatorHandle<Type> handle_;
};
using Backward = Dispatched<FourTensors, at::Tensor, at::Tensor, at::Tensor, at::Tensor>;

}  // namespace

ThreeTensors call_training(const at::Tensor& input, const BatchNorm& norm) {
  static const Dispatched<ThreeTensors, at::Tensor> part("training");
  return part(input, norm);
}
MeanAndVariance call_training_in_place(const at::Tensor& input, const BatchNorm& norm) {
  static const Dispatched<MeanAndVariance, at::Tensor> part("training_");
  return part(input, norm);
}
FourTensors call_training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                   const at::Tensor& variance, const BatchNorm& norm) {
  static const Backward part("training_backward");
  return part(grad_output, input, mean, variance, norm);
}

MeanAndVariance call_moments(const at::Tensor& input) {
  static const auto handle = detail::operator_named<MeanAndVariance(const at::Tensor&)>("batch_norm_act_moments");
  return handle.call(input);
}

at::Tensor call_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                          const BatchNorm& norm) {
  static const Dispatched<at::Tensor, at::Tensor, at::Tensor, at::Tensor> part("inference");
  return part(input, mean, variance, norm);
}
void call_inference_in_place(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                             const BatchNorm& norm) {
  static const Dispatched<void, at::Tensor, at::Tensor, at::Tensor> part("inference_");
  part(input, mean, variance, norm);
}
FourTensors call_inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                    const at::Tensor& variance, const BatchNorm& norm) {
  static const Backward part("inference_backward");
  return part(grad_output, input, mean, variance, norm);
}

at::Tensor call_restore(const at::Tensor& output, const at::Tensor& variance, const BatchNorm& norm) {
  static const Dispatched<at::Tensor, at::Tensor, at::Tensor> part("restore");
  return part(output, variance, norm);
}

namespace {

// With the results of training(), or of inference(mean, variance), which may write them over the input. `x` is the
// input, promoted.
template <class Training, class Inference>
at::Tensor normalised(const at::Tensor& input, const at::Tensor& x, const MaybeTensor& running_mean,
                      const MaybeTensor& running_var, bool training, double momentum, const BatchNorm& norm,
                      Training train, Inference infer) {
  check_input(x, norm);
  check_running(BatchNorm::name, running_mean, running_var, training);
  if (running_mean) check_channel_values(BatchNorm::name, "running_mean", *running_mean, input);
  if (running_var) check_channel_values(BatchNorm::name, "running_var", *running_var, input);
  if (!training) {
    TORCH_CHECK(running_mean, BatchNorm::name, ": running_mean must be given unless training=True");
    TORCH_CHECK(running_var, BatchNorm::name, ": running_var must be given unless training=True");
    return infer(*running_mean, *running_var);
  }
  const c10::SymInt count = input.sym_size(0) * c10::multiply_integers(input.sym_sizes().slice(2));
  TORCH_CHECK_VALUE(count != 1, BatchNorm::name,
                    ": expected more than 1 value per channel when training, got input of ", "shape ",
                    input.sym_sizes());
  TORCH_CHECK_VALUE(norm.eps > 0, BatchNorm::name, ": eps must be positive during training, got ", norm.eps);
  auto [output, mean, variance] = train();
  if (count == 0) return output;  // no values to learn from
  at::NoGradGuard guard;
  if (running_mean) update_running(*running_mean, mean, momentum);
  if (running_var) update_running(*running_var, variance, momentum, c10::SymFloat(count) / c10::SymFloat(count - 1));
  return output;
}

at::Tensor batch_norm_act(const at::Tensor& input, const MaybeTensor& running_mean, const MaybeTensor& running_var,
                          const MaybeTensor& weight, const MaybeTensor& bias, bool training, double momentum,
                          double eps, c10::string_view activation, ArgumentSpan arguments, bool memory_efficient,
                          const MaybeTensor& residual) {
  const auto [x, added] = promoted(input, residual);
  const MaybeTensor w = promoted_with(x, input, weight), b = promoted_with(x, input, bias);
  const BatchNorm norm{added, w, b, eps, activation, arguments, memory_efficient && at::GradMode::is_enabled()};
  return normalised(
      input, x, running_mean, running_var, training, momentum, norm, [&] { return call_training(x, norm); },
      [&](const at::Tensor& mean, const at::Tensor& variance) { return call_inference(x, mean, variance, norm); });
}

bool has_inverse(c10::string_view activation, ArgumentSpan arguments, std::optional<at::ScalarType> dtype) {
  return FusedActivation::find("has_inverse", activation, arguments).is_restorable(dtype.value_or(at::kFloat));
}

at::Tensor batch_norm_act_in_place(const at::Tensor& input, const MaybeTensor& running_mean,
                                   const MaybeTensor& running_var, const MaybeTensor& weight, const MaybeTensor& bias,
                                   bool training, double momentum, double eps, c10::string_view activation,
                                   ArgumentSpan arguments, bool memory_efficient, const MaybeTensor& residual) {
  const MaybeTensor added = demoted(input, residual);
  const BatchNorm norm{added, weight, bias, eps, activation, arguments, memory_efficient && at::GradMode::is_enabled()};
  return normalised(
      input, input, running_mean, running_var, training, momentum, norm,
      [&]() -> ThreeTensors {
        const auto [mean, variance] = call_training_in_place(input, norm);
        return {input, mean, variance};
      },
      [&](const at::Tensor& mean, const at::Tensor& variance) {
        call_inference_in_place(input, mean, variance, norm);
        return input;
      });
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_FRAGMENT(torchactiv, m) {
  const std::vector<at::Tag> tags{at::Tag::pt2_compliant_tag};
  const auto define = [&](const std::string& schema) { m.def(("batch_norm_act" + schema).c_str(), tags); };
  const std::string all =
      "Tensor(b!)? running_mean, Tensor(c!)? running_var, Tensor? weight=None, Tensor? bias=None, bool training=False, "
      "float momentum=0.1, float eps=1e-5, str activation='relu', float[] arguments=[], bool memory_efficient=False, "
      "Tensor? residual=None) -> ";
  define("(Tensor input, " + all + "Tensor");
  define("_(Tensor(a!) input, " + all + "Tensor(a!)");

  const std::string numbers =
      "Tensor? residual, Tensor? weight, Tensor? bias, float eps, str activation, float[] arguments, "
      "bool memory_efficient) -> ";
  const std::string statistics = "Tensor mean, Tensor variance, ";
  define("_training(Tensor input, " + numbers + "(Tensor, Tensor, Tensor)");
  define("_training_(Tensor(a!) input, " + numbers + "(Tensor, Tensor)");
  define("_inference(Tensor input, " + statistics + numbers + "Tensor");
  define("_inference_(Tensor(a!) input, " + statistics + numbers + "()");
  for (const char* const name : {"_training_backward", "_inference_backward"})
    define(name + ("(Tensor grad_output, Tensor input, " + statistics + numbers + "(Tensor, Tensor, Tensor, Tensor)"));
  m.def("has_inverse(str activation, float[] arguments=[], ScalarType? dtype=None) -> bool", tags);
  define("_moments(Tensor input) -> (Tensor, Tensor)");
  define("_restore(Tensor output, Tensor variance, " + numbers + "Tensor");
}

namespace torchactiv {
namespace {

void register_batch_norm_act(torch::Library& m) {
  m.impl("batch_norm_act", batch_norm_act);
  m.impl("batch_norm_act_", batch_norm_act_in_place);
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CompositeImplicitAutograd, m) {
  torchactiv::register_batch_norm_act(m);
  m.impl("has_inverse", torchactiv::has_inverse);
}
TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatched, m) { torchactiv::register_batch_norm_act(m); }
// What has aliases in its schema is no function to functionalization; its parts are.
TORCH_LIBRARY_IMPL(torchactiv, Functionalize, m) { torchactiv::register_batch_norm_act(m); }
