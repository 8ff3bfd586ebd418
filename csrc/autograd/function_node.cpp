#include "csrc/autograd/function_node.h"

#include "csrc/autograd/recorded_call.h"

namespace torchactiv {

using torch::autograd::variable_list;

variable_list FunctionNode::unpack() {
  variable_list tensors;
  for (const auto& variable : saved_)
    tensors.push_back(tensors.empty() && saves_output_ ? variable.unpack(getptr()) : variable.unpack());
  return tensors;
}

variable_list FunctionNode::apply(variable_list&& gradients) {
  std::lock_guard<std::mutex> lock(mutex_);
  return function_(gradients, unpack(), numbers_, next_edge(0));
}

void FunctionNode::release_variables() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& variable : saved_) variable.reset_data();
}

void FunctionNode::compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const {
  args.collect(name());
  args.collect(description_);
  for (std::size_t i = 0; i < saved_.size(); ++i) args.collect(saved_[i], i == 0 && saves_output_);
  for (const double number : numbers_) args.collect(number);
}

// As DerivativeNode's: compiled autograd records one call of a function of the gradients and of everything saved.
variable_list FunctionNode::apply_with_saved(const variable_list& gradients,
                                             torch::dynamo::autograd::SwapSavedVariables& saved) {
  namespace compiled = torch::dynamo::autograd;
  for (auto& variable : saved_) saved.before(variable);

  compiled::PackedArgs packed;
  packed.pack(unpack());
  packed.pack(numbers_);
  const std::vector<at::TypePtr> types{compiled::IValuePacker<variable_list>::packed_type(),
                                       compiled::IValuePacker<std::vector<double>>::packed_type()};
  const auto function = [same = function_](const variable_list& inputs, const std::vector<c10::IValue>& stack) {
    compiled::PackedArgs packed(stack);
    const auto tensors = packed.unpack<variable_list>();
    return same(inputs, tensors, packed.unpack<std::vector<double>>(), {});
  };
  variable_list results = recorded_call(*this, saved, gradients, packed, types, function);

  for (auto& variable : saved_) saved.after(variable);
  return results;
}

}  // namespace torchactiv
