#include "csrc/autograd/function_node.h"

#include <torch/csrc/dynamo/compiled_autograd.h>

#include <algorithm>

#include "csrc/operators/spent_gradients.h"

namespace torchactiv {

namespace compiled = torch::dynamo::autograd;
using torch::autograd::variable_list;

namespace {

bool any_defined(const variable_list& gradients) {
  return std::any_of(gradients.begin(), gradients.end(), [](const at::Tensor& tensor) { return tensor.defined(); });
}

}  // namespace

void FunctionNode::save_output(const at::Tensor& output) {
  saves_output_ = true;
  saved_.emplace_back(output, true);  // with care lest it keep itself alive
}

void FunctionNode::save(TensorSpan tensors) {
  for (const at::Tensor& tensor : tensors) saved_.emplace_back(tensor, false);
}

Tensors FunctionNode::unpack() {
  Tensors tensors;
  for (const auto& variable : saved_)
    tensors.push_back(tensors.empty() && saves_output_ ? variable.unpack(getptr()) : variable.unpack());
  return tensors;
}

variable_list FunctionNode::apply(variable_list&& gradients) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!any_defined(gradients)) return variable_list(num_outputs());
  const SpentGradients spent(gradients);
  return function_(gradients, unpack(), numbers_, next_edge(0));
}

void FunctionNode::release_variables() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& variable : saved_) variable.reset_data();
}

void FunctionNode::compiled_args(compiled::CompiledNodeArgs& args) const {
  args.collect(name());
  args.collect(description_);
  for (std::size_t i = 0; i < saved_.size(); ++i) args.collect(saved_[i], i == 0 && saves_output_);
  for (const double number : numbers_) args.collect(number);
}

// Compiled autograd records one call of a function of the gradients and of everything saved.
variable_list FunctionNode::apply_with_saved(const variable_list& gradients, compiled::SwapSavedVariables& saved) {
  for (auto& variable : saved_) saved.before(variable);

  compiled::PackedArgs packed;
  const Tensors tensors = unpack();
  packed.pack(variable_list(tensors.begin(), tensors.end()));
  packed.pack(numbers_);
  const std::vector<at::TypePtr> types{compiled::IValuePacker<variable_list>::packed_type(),
                                       compiled::IValuePacker<std::vector<double>>::packed_type()};
  const auto function = [same = function_, results = num_outputs()](const variable_list& inputs,
                                                                    const std::vector<c10::IValue>& stack) {
    compiled::PackedArgs packed(stack);
    const auto tensors = packed.unpack<variable_list>();
    const auto numbers = packed.unpack<std::vector<double>>();
    return any_defined(inputs) ? same(inputs, tensors, numbers, {}) : variable_list(results);
  };

  const auto& interface = compiled::getPyCompilerInterface();
  constexpr bool is_custom = true;  // PyTorch's own may be bound once only, these once for every graph
  const std::string bound = interface->bind_function(saved.get_py_compiler(), name(), function, types, is_custom);
  const auto metadata = compiled::IValuePacker<std::vector<std::optional<torch::autograd::InputMetadata>>>::pack(
      compiled::get_input_metadata(next_edges()));
  variable_list results =
      interface->call_function(saved.get_py_compiler(), "apply_functional", bound, gradients, packed.vec(), metadata);

  for (auto& variable : saved_) saved.after(variable);
  return results;
}

}  // namespace torchactiv
