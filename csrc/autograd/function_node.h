// The node that autograd keeps for an operator: the gradients that it gives are a function of those that arrive, of
// saved tensors and of numbers. (torch::autograd::Function would be less to write, but does not work under torch.func.)
#pragma once

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <functional>

#include "csrc/operators/operator.h"

namespace torchactiv {

class FunctionNode : public torch::autograd::Node {
 public:
  using variable_list = torch::autograd::variable_list;

  // Of the gradients, one of which is defined, the saved tensors and the numbers; the last is where the gradient of the
  // first input goes. Compiled autograd calls it when the node is no more.
  using Function =
      std::function<variable_list(const variable_list&, TensorSpan, ArgumentSpan, const torch::autograd::Edge&)>;

  // `description` tells functions apart that are called by the same name.
  FunctionNode(std::string name, std::string description, ArgumentSpan numbers, Function function)
      : name_(std::move(name)),
        description_(std::move(description)),
        numbers_(numbers.vec()),
        function_(std::move(function)) {}

  // The operator's own result, which has to be saved before anything else, and after it has its place in the graph.
  void save_output(const at::Tensor& output);
  void save(TensorSpan tensors);

  variable_list apply(variable_list&& gradients) override;
  std::string name() const override { return "torchactiv::" + name_ + "_backward"; }
  void release_variables() override;
  void compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const override;
  variable_list apply_with_saved(const variable_list& gradients,
                                 torch::dynamo::autograd::SwapSavedVariables& saved) override;

 private:
  Tensors unpack();

  std::string name_, description_;
  std::vector<double> numbers_;
  Function function_;
  bool saves_output_ = false;
  std::vector<torch::autograd::SavedVariable> saved_;
};

}  // namespace torchactiv
