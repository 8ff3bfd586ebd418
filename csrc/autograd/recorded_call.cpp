#include "csrc/autograd/recorded_call.h"

namespace torchactiv {

namespace compiled = torch::dynamo::autograd;

torch::autograd::variable_list recorded_call(const torch::autograd::Node& node, compiled::SwapSavedVariables& saved,
                                             const torch::autograd::variable_list& gradients,
                                             compiled::PackedArgs& packed, const std::vector<at::TypePtr>& packed_types,
                                             compiled::functional_apply_t function) {
  const auto& interface = compiled::getPyCompilerInterface();
  constexpr bool is_custom = true;  // PyTorch's own may be bound once only, these once for every graph
  const std::string bound =
      interface->bind_function(saved.get_py_compiler(), node.name(), std::move(function), packed_types, is_custom);
  const auto metadata = compiled::IValuePacker<std::vector<std::optional<torch::autograd::InputMetadata>>>::pack(
      compiled::get_input_metadata(node.next_edges()));
  return interface->call_function(saved.get_py_compiler(), "apply_functional", bound, gradients, packed.vec(),
                                  metadata);
}

}  // namespace torchactiv
