// What compiled autograd records of a node: one call of a function of the gradients and of what the node has packed.
#pragma once

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/dynamo/compiled_autograd.h>

namespace torchactiv {

torch::autograd::variable_list recorded_call(const torch::autograd::Node& node,
                                             torch::dynamo::autograd::SwapSavedVariables& saved,
                                             const torch::autograd::variable_list& gradients,
                                             torch::dynamo::autograd::PackedArgs& packed,
                                             const std::vector<at::TypePtr>& packed_types,
                                             torch::dynamo::autograd::functional_apply_t function);

}  // namespace torchactiv
