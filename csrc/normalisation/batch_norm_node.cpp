#include "csrc/normalisation/batch_norm_node.h"

#include <ATen/Functions.h>
#include <torch/csrc/autograd/functions/utils.h>

#include "csrc/autograd/recorded_call.h"

namespace torchactiv {

using torch::autograd::Edge;
using torch::autograd::variable_list;

namespace {

MaybeTensor or_nothing(const at::Tensor& tensor) { return tensor.defined() ? MaybeTensor(tensor) : std::nullopt; }
at::Tensor or_undefined(const MaybeTensor& tensor) { return tensor.value_or(at::Tensor()); }
at::Tensor detached(const at::Tensor& tensor) { return tensor.defined() ? tensor.detach() : tensor; }

}  // namespace

// Where derivatives are to be differentiated again, what is restored from the output gets the input's place in the
// graph; it is the input less its mean, which changes no derivative.
variable_list BatchNormNode::Call::derivative(const at::Tensor& grad_output, const variable_list& saved,
                                              const Edge& of_input) const {
  if (!grad_output.defined()) return variable_list(4);
  bool from_output = restores;
  const auto norm_of = [&](const MaybeTensor& residual, const MaybeTensor& weight, const MaybeTensor& bias) {
    return BatchNorm{residual, weight, bias, eps, activation, arguments, from_output};
  };
  const MaybeTensor residual = or_nothing(saved[3]), weight = or_nothing(saved[4]), bias = or_nothing(saved[5]);
  at::Tensor input = saved[0], mean = saved[1];
  if (restores) mean = at::zeros_like(mean);
  if (restores && at::GradMode::is_enabled()) {
    const MaybeTensor r = or_nothing(detached(saved[3])), w = or_nothing(detached(saved[4])),
                      b = or_nothing(detached(saved[5]));
    input = call_restore(detached(input), saved[2], norm_of(r, w, b));
    from_output = false;
    if (of_input.is_valid()) torch::autograd::impl::set_gradient_edge(input, of_input);
  }
  const auto call = training ? call_training_backward : call_inference_backward;
  const auto [of_data, of_residual, of_weight, of_bias] =
      call(grad_output, input, mean, saved[2], norm_of(residual, weight, bias));
  const auto if_any = [](const MaybeTensor& given, const at::Tensor& gradient) {
    return given ? gradient : at::Tensor();
  };
  return {of_data, if_any(residual, of_residual), if_any(weight, of_weight), if_any(bias, of_bias)};
}

BatchNormNode::BatchNormNode(Mode mode, Kept kept, const at::Tensor& input, const BatchNorm& norm)
    : call_{mode == Mode::training, kept == Kept::output, norm.eps, std::string(norm.activation),
            norm.arguments.vec()} {
  set_next_edges(torch::autograd::collect_next_edges(input, or_undefined(norm.residual), or_undefined(norm.weight),
                                                     or_undefined(norm.bias)));
}

void BatchNormNode::save(const at::Tensor& data, const at::Tensor& mean, const at::Tensor& variance,
                         const BatchNorm& norm) {
  saved_.emplace_back(data, call_.restores);
  for (const at::Tensor& tensor :
       {mean, variance, or_undefined(norm.residual), or_undefined(norm.weight), or_undefined(norm.bias)})
    saved_.emplace_back(tensor, false);
}

variable_list BatchNormNode::unpack() {
  variable_list tensors;
  for (const auto& variable : saved_)
    tensors.push_back(tensors.empty() && call_.restores ? variable.unpack(getptr()) : variable.unpack());
  return tensors;
}

variable_list BatchNormNode::apply(variable_list&& gradients) {
  std::lock_guard<std::mutex> lock(mutex_);
  return call_.derivative(gradients[0], unpack(), next_edge(0));
}

std::string BatchNormNode::name() const { return "torchactiv::" + std::string(BatchNorm::name) + "_backward"; }

void BatchNormNode::release_variables() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& variable : saved_) variable.reset_data();
}

void BatchNormNode::compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const {
  args.collect(name());
  args.collect(call_.training);
  args.collect(call_.restores);
  for (std::size_t i = 0; i < saved_.size(); ++i) args.collect(saved_[i], i == 0 && call_.restores);
  args.collect(call_.eps);
  args.collect(call_.activation);
  for (const double argument : call_.arguments) args.collect(argument);
}

// As DerivativeNode's: compiled autograd records one call of a function of the gradients and of everything saved.
variable_list BatchNormNode::apply_with_saved(const variable_list& gradients,
                                              torch::dynamo::autograd::SwapSavedVariables& saved) {
  namespace compiled = torch::dynamo::autograd;
  for (auto& variable : saved_) saved.before(variable);

  compiled::PackedArgs packed;
  packed.pack(unpack());
  packed.pack(call_.eps);
  packed.pack(call_.arguments);
  const std::vector<at::TypePtr> types{compiled::IValuePacker<variable_list>::packed_type(),
                                       compiled::IValuePacker<double>::packed_type(),
                                       compiled::IValuePacker<std::vector<double>>::packed_type()};
  const auto function = [call = call_](const variable_list& inputs, const std::vector<c10::IValue>& stack) {
    compiled::PackedArgs packed(stack);
    const auto tensors = packed.unpack<variable_list>();
    Call same = call;
    same.eps = packed.unpack<double>();
    same.arguments = packed.unpack<std::vector<double>>();
    return same.derivative(inputs[0], tensors, {});
  };
  variable_list results = recorded_call(*this, saved, gradients, packed, types, function);

  for (auto& variable : saved_) saved.after(variable);
  return results;
}

}  // namespace torchactiv
