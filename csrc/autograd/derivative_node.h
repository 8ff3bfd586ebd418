// The node that autograd keeps for an operator (order 1), for its backward (order 2) and for double backward (order 3).
#pragma once

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include "csrc/operators/operator.h"

namespace torchactiv {

class DerivativeNode : public torch::autograd::Node {
 public:
  // order 1 differentiates forward and saves what backward reads; orders 2 and 3 differentiate backward and double
  // backward and save their tensors.
  DerivativeNode(const Operator& op, int order, ArgumentSpan arguments)
      : op_(op), order_(order), arguments_(arguments.begin(), arguments.end()) {}

  void save(TensorSpan tensors);
  // The operator's own result, which needs care lest it keep itself alive.
  void save_output(const at::Tensor& output);

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override;
  std::string name() const override;
  void release_variables() override;
  void compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const override;
  torch::autograd::variable_list apply_with_saved(const torch::autograd::variable_list& gradients,
                                                  torch::dynamo::autograd::SwapSavedVariables& saved) override;

 private:
  Tensors unpack();

  const Operator& op_;
  int order_;
  bool saves_output_ = false;
  std::vector<double> arguments_;
  std::vector<torch::autograd::SavedVariable> saved_;
};

}  // namespace torchactiv
