#include "csrc/autograd/derivative_node.h"

#include <ATen/Functions.h>

#include "csrc/autograd/recorded_call.h"
#include "csrc/autograd/triple_backward.h"

namespace torchactiv {
namespace {

using torch::autograd::variable_list;

variable_list derivative(const Operator& op, int order, const variable_list& gradients, TensorSpan saved,
                         ArgumentSpan arguments, std::size_t results) {
  bool any = false;
  for (const at::Tensor& gradient : gradients) any |= gradient.defined();
  if (!any) return variable_list(results);

  if (order == 3) {
    const Tensors result = triple_backward(op, gradients, saved, arguments);
    return {result.begin(), result.end()};
  }
  Tensors tensors;
  for (std::size_t i = 0; i < gradients.size(); ++i)  // only backward has more than one, those of the saved tensors
    tensors.push_back(gradients[i].defined() ? gradients[i] : at::zeros_like(saved[order - 1 + i]));
  tensors.append(saved.begin(), saved.end());
  const Tensors result = (order == 1 ? op.backward : op.double_backward).call(tensors, arguments);
  return {result.begin(), result.end()};
}

}  // namespace

void DerivativeNode::save(TensorSpan tensors) {
  for (const at::Tensor& tensor : tensors) saved_.emplace_back(tensor, false);
}

void DerivativeNode::save_output(const at::Tensor& output) {
  saves_output_ = true;
  saved_.emplace_back(output, true);
}

Tensors DerivativeNode::unpack() {
  Tensors tensors;
  for (const auto& variable : saved_) tensors.push_back(saves_output_ ? variable.unpack(getptr()) : variable.unpack());
  return tensors;
}

variable_list DerivativeNode::apply(variable_list&& gradients) {
  std::lock_guard<std::mutex> lock(mutex_);
  return derivative(op_, order_, gradients, unpack(), arguments_, num_outputs());
}

std::string DerivativeNode::name() const {
  constexpr std::array names{"_backward", "_double_backward", "_triple_backward"};
  return "torchactiv::" + op_.full_name() + names[order_ - 1];
}

void DerivativeNode::release_variables() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& variable : saved_) variable.reset_data();
}

void DerivativeNode::compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const {
  args.collect(name());
  args.collect(saved_, saves_output_);
  for (const double argument : arguments_) args.collect(argument);
}

// Compiled autograd records one call of a function of the gradients and of everything saved.
variable_list DerivativeNode::apply_with_saved(const variable_list& gradients,
                                               torch::dynamo::autograd::SwapSavedVariables& saved) {
  namespace compiled = torch::dynamo::autograd;
  for (auto& variable : saved_) saved.before(variable);

  compiled::PackedArgs packed;
  const Tensors tensors = unpack();
  packed.pack(variable_list(tensors.begin(), tensors.end()));
  packed.pack(arguments_);
  const std::vector<at::TypePtr> types{compiled::IValuePacker<variable_list>::packed_type(),
                                       compiled::IValuePacker<std::vector<double>>::packed_type()};

  const auto function = [&op = op_, order = order_, results = num_outputs()](const variable_list& inputs,
                                                                             const std::vector<c10::IValue>& stack) {
    compiled::PackedArgs arguments(stack);
    const auto tensors = arguments.unpack<variable_list>();
    return derivative(op, order, inputs, Tensors(tensors.begin(), tensors.end()),
                      arguments.unpack<std::vector<double>>(), results);
  };
  variable_list results = recorded_call(*this, saved, gradients, packed, types, function);

  for (auto& variable : saved_) saved.after(variable);
  return results;
}

}  // namespace torchactiv
