// The schemas, the calls through the dispatcher, and the functions that are calls of the one operator.
#include <ATen/Functions.h>
#include <torch/library.h>

#include "csrc/include/torchactiv/operator_named.h"
#include "csrc/normalisation/batch_norm/batch_norm.h"
#include "csrc/normalisation/row_norm/row_norm.h"

namespace torchactiv {

RowNormResults call_row_norm(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
  using Type = RowNormResults(const at::Tensor&, const MaybeTensor&, const MaybeTensor&, const MaybeTensor&, bool,
                              std::int64_t, std::int64_t, double, c10::string_view, ArgumentSpan);
  static const auto handle = detail::operator_named<Type>("row_norm_act");
  return handle.call(input, residual, norm.weight, norm.bias, norm.centred, norm.dimensions, norm.groups, norm.eps,
                     norm.activation, norm.arguments);
}

RowNormGradients call_row_norm_backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum,
                                        const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                        const RowNorm& norm) {
  using Type = RowNormGradients(const at::Tensor&, const MaybeTensor&, const at::Tensor&, const at::Tensor&,
                                const at::Tensor&, const MaybeTensor&, const MaybeTensor&, bool, std::int64_t,
                                std::int64_t, double, c10::string_view, ArgumentSpan);
  static const auto handle = detail::operator_named<Type>("row_norm_act_backward");
  return handle.call(grad_output, grad_sum, input, mean, variance, norm.weight, norm.bias, norm.centred,
                     norm.dimensions, norm.groups, norm.eps, norm.activation, norm.arguments);
}

namespace {

const MaybeTensor nothing;

at::Tensor layer_norm_act(const at::Tensor& input, c10::SymIntArrayRef normalized_shape, const MaybeTensor& weight,
                          const MaybeTensor& bias, double eps, c10::string_view activation, ArgumentSpan arguments) {
  check_normalized_shape("layer_norm_act", input, normalized_shape);
  const RowNorm norm{weight, bias, true,       static_cast<std::int64_t>(normalized_shape.size()),
                     0,      eps,  activation, arguments};
  check_row_norm("layer_norm_act", input, nothing, norm);
  return std::get<0>(call_row_norm(input, nothing, norm));
}

// As PyTorch has it, that of the type that is computed in.
double eps_or_default(std::optional<double> eps, const at::Tensor& input) {
  if (eps) return *eps;
  return computed_type(input) == at::kDouble ? std::numeric_limits<double>::epsilon()
                                             : std::numeric_limits<float>::epsilon();
}

at::Tensor rms_norm_act(const at::Tensor& input, c10::SymIntArrayRef normalized_shape, const MaybeTensor& weight,
                        std::optional<double> eps, c10::string_view activation, ArgumentSpan arguments) {
  check_normalized_shape("rms_norm_act", input, normalized_shape);
  const RowNorm norm{
      weight,     nothing,  false, static_cast<std::int64_t>(normalized_shape.size()), 0, eps_or_default(eps, input),
      activation, arguments};
  check_row_norm("rms_norm_act", input, nothing, norm);
  return std::get<0>(call_row_norm(input, nothing, norm));
}

using OutputAndSum = std::tuple<at::Tensor, at::Tensor>;

OutputAndSum add_rms_norm(const at::Tensor& input, const at::Tensor& residual, const at::Tensor& weight,
                          std::optional<double> eps) {
  check_normalized_shape("add_rms_norm", input, weight.sym_sizes());
  const auto [x, added] = promoted(input, residual);
  const MaybeTensor w = promoted_with(x, input, weight);
  const RowNorm norm{w, nothing, false, weight.dim(), 0, eps_or_default(eps, x), "identity", {}};
  check_row_norm("add_rms_norm", x, added, norm);
  const auto [output, sum, mean, variance] = call_row_norm(x, added, norm);
  return {output, sum};
}

OutputAndSum add_layer_norm(const at::Tensor& input, const at::Tensor& residual, const at::Tensor& weight,
                            const MaybeTensor& bias, double eps) {
  check_normalized_shape("add_layer_norm", input, weight.sym_sizes());
  const auto [x, added] = promoted(input, residual);
  const MaybeTensor w = promoted_with(x, input, weight), b = promoted_with(x, input, bias);
  const RowNorm norm{w, b, true, weight.dim(), 0, eps, "identity", {}};
  check_row_norm("add_layer_norm", x, added, norm);
  const auto [output, sum, mean, variance] = call_row_norm(x, added, norm);
  return {output, sum};
}

at::Tensor group_norm_act(const at::Tensor& input, std::int64_t num_groups, const MaybeTensor& weight,
                          const MaybeTensor& bias, double eps, c10::string_view activation, ArgumentSpan arguments) {
  check_groups(input, num_groups);
  const RowNorm norm{weight, bias, true, 0, num_groups, eps, activation, arguments};
  check_row_norm("group_norm_act", input, nothing, norm);
  return std::get<0>(call_row_norm(input, nothing, norm));
}

// The running statistics are averages of those of the elements of the batch, as PyTorch has them.
at::Tensor instance_norm_act(const at::Tensor& input, const MaybeTensor& running_mean, const MaybeTensor& running_var,
                             const MaybeTensor& weight, const MaybeTensor& bias, bool use_input_stats, double momentum,
                             double eps, c10::string_view activation, ArgumentSpan arguments) {
  check_instances(input, running_mean, running_var, use_input_stats);
  if (!use_input_stats) {
    return call_inference(input, *running_mean, *running_var,
                          BatchNorm{nothing, weight, bias, eps, activation, arguments});
  }
  const std::int64_t channels = input.sym_size(1).guard_int(__FILE__, __LINE__);
  const RowNorm norm{weight, bias, true, 0, channels, eps, activation, arguments};
  check_row_norm("instance_norm_act", input, nothing, norm);
  const auto [output, sum, mean, variance] = call_row_norm(input, nothing, norm);
  if (input.sym_numel() == 0) return output;  // no values to learn from
  at::NoGradGuard guard;
  const auto average = [&](const at::Tensor& values) {
    return values.detach().reshape_symint({input.sym_size(0), input.sym_size(1)}).mean(0);
  };
  if (running_mean) update_running(*running_mean, average(mean), momentum);
  if (running_var) {
    const c10::SymFloat n = c10::multiply_integers(input.sym_sizes().slice(2));
    update_running(*running_var, average(variance), momentum, n / (n - 1));
  }
  return output;
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_FRAGMENT(torchactiv, m) {
  const std::vector<at::Tag> tags{at::Tag::pt2_compliant_tag};
  const auto define = [&](const std::string& schema) { m.def(schema.c_str(), tags); };
  const std::string activation = "str activation='relu', float[] arguments=[]) -> Tensor";
  define(
      "layer_norm_act(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? bias=None, "
      "float eps=1e-5, " +
      activation);
  define("rms_norm_act(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? eps=None, " + activation);
  define("group_norm_act(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-5, " +
         activation);
  define(
      "instance_norm_act(Tensor input, Tensor(a!)? running_mean=None, Tensor(b!)? running_var=None, "
      "Tensor? weight=None, Tensor? bias=None, bool use_input_stats=True, float momentum=0.1, float eps=1e-5, " +
      activation);
  define("add_rms_norm(Tensor input, Tensor residual, Tensor weight, float? eps=None) -> (Tensor, Tensor)");
  define(
      "add_layer_norm(Tensor input, Tensor residual, Tensor weight, Tensor? bias=None, float eps=1e-5) "
      "-> (Tensor, Tensor)");

  const std::string numbers =
      "Tensor? weight, Tensor? bias, bool centred, int dimensions, int groups, float eps, str activation, "
      "float[] arguments) -> ";
  define("row_norm_act(Tensor input, Tensor? residual, " + numbers + "(Tensor, Tensor, Tensor, Tensor)");
  define("row_norm_act_backward(Tensor grad_output, Tensor? grad_sum, Tensor input, Tensor mean, Tensor variance, " +
         numbers + "(Tensor, Tensor, Tensor)");
}

namespace torchactiv {
namespace {

void register_functions(torch::Library& m) {
  m.impl("layer_norm_act", layer_norm_act);
  m.impl("rms_norm_act", rms_norm_act);
  m.impl("group_norm_act", group_norm_act);
  m.impl("instance_norm_act", instance_norm_act);
  m.impl("add_rms_norm", add_rms_norm);
  m.impl("add_layer_norm", add_layer_norm);
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CompositeImplicitAutograd, m) { torchactiv::register_functions(m); }
TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatched, m) { torchactiv::register_functions(m); }
// It has aliases in its schema and is no function to functionalization; its parts are.
TORCH_LIBRARY_IMPL(torchactiv, Functionalize, m) { m.impl("instance_norm_act", torchactiv::instance_norm_act); }
