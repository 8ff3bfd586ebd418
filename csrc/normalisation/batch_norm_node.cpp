#include "csrc/normalisation/batch_norm_node.h"

#include <torch/csrc/autograd/functions/utils.h>

#include "csrc/autograd/recorded_call.h"

namespace torchactiv {
namespace {

using torch::autograd::variable_list;

MaybeTensor or_nothing(const at::Tensor& tensor) { return tensor.defined() ? MaybeTensor(tensor) : std::nullopt; }

variable_list derivative(bool training, const at::Tensor& grad_output, const variable_list& saved, double eps,
                         const std::string& activation, const std::vector<double>& arguments) {
  if (!grad_output.defined()) return variable_list(3);
  const MaybeTensor weight = or_nothing(saved[3]), bias = or_nothing(saved[4]);
  const auto call = training ? call_training_backward : call_inference_backward;
  const auto [of_input, of_weight, of_bias] =
      call(grad_output, saved[0], saved[1], saved[2], {weight, bias, eps, activation, arguments});
  return {of_input, weight ? of_weight : at::Tensor(), bias ? of_bias : at::Tensor()};
}

}  // namespace

BatchNormNode::BatchNormNode(Mode mode, const at::Tensor& input, const BatchNorm& norm)
    : mode_(mode), eps_(norm.eps), activation_(norm.activation), arguments_(norm.arguments.vec()) {
  set_next_edges(
      torch::autograd::collect_next_edges(input, norm.weight.value_or(at::Tensor()), norm.bias.value_or(at::Tensor())));
}

void BatchNormNode::save(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                         const BatchNorm& norm) {
  for (const at::Tensor& tensor :
       {input, mean, variance, norm.weight.value_or(at::Tensor()), norm.bias.value_or(at::Tensor())})
    saved_.emplace_back(tensor, false);
}

variable_list BatchNormNode::unpack() const {
  variable_list tensors;
  for (const auto& variable : saved_) tensors.push_back(variable.unpack());
  return tensors;
}

variable_list BatchNormNode::apply(variable_list&& gradients) {
  std::lock_guard<std::mutex> lock(mutex_);
  return derivative(mode_ == Mode::training, gradients[0], unpack(), eps_, activation_, arguments_);
}

std::string BatchNormNode::name() const { return "torchactiv::" + std::string(BatchNorm::name) + "_backward"; }

void BatchNormNode::release_variables() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& variable : saved_) variable.reset_data();
}

void BatchNormNode::compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const {
  args.collect(name());
  args.collect(mode_ == Mode::training);
  args.collect(saved_, false);
  args.collect(eps_);
  args.collect(activation_);
  for (const double argument : arguments_) args.collect(argument);
}

// As DerivativeNode's: compiled autograd records one call of a function of the gradients and of everything saved.
variable_list BatchNormNode::apply_with_saved(const variable_list& gradients,
                                              torch::dynamo::autograd::SwapSavedVariables& saved) {
  namespace compiled = torch::dynamo::autograd;
  for (auto& variable : saved_) saved.before(variable);

  compiled::PackedArgs packed;
  packed.pack(unpack());
  packed.pack(eps_);
  packed.pack(arguments_);
  const std::vector<at::TypePtr> types{compiled::IValuePacker<variable_list>::packed_type(),
                                       compiled::IValuePacker<double>::packed_type(),
                                       compiled::IValuePacker<std::vector<double>>::packed_type()};
  const auto function = [training = mode_ == Mode::training, activation = activation_](
                            const variable_list& inputs, const std::vector<c10::IValue>& stack) {
    compiled::PackedArgs packed(stack);
    const auto tensors = packed.unpack<variable_list>();
    const auto eps = packed.unpack<double>();
    return derivative(training, inputs[0], tensors, eps, activation, packed.unpack<std::vector<double>>());
  };
  variable_list results = recorded_call(*this, saved, gradients, packed, types, function);

  for (auto& variable : saved_) saved.after(variable);
  return results;
}

}  // namespace torchactiv
