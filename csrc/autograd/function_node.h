// The node that autograd keeps for operators that are not of the catalogue: the gradients that it gives are a function
// of those that arrive, of saved tensors and of numbers. (torch::autograd::Function would be less to write, but does
// not work under torch.func.)
#pragma once

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <functional>

namespace torchactiv {

class FunctionNode : public torch::autograd::Node {
 public:
  // Of the gradients, the saved tensors and the numbers; the last is where the gradient of the first input goes.
  using Function = std::function<torch::autograd::variable_list(
      const torch::autograd::variable_list&, const torch::autograd::variable_list&, const std::vector<double>&,
      const torch::autograd::Edge&)>;

  // `description` tells functions apart that are called by the same name.
  FunctionNode(std::string name, std::string description, std::vector<double> numbers, Function function)
      : name_(std::move(name)),
        description_(std::move(description)),
        numbers_(std::move(numbers)),
        function_(std::move(function)) {}

  // The operator's own result, which has to be saved before anything else, and after it has its place in the graph.
  void save_output(const at::Tensor& output) {
    saves_output_ = true;
    saved_.emplace_back(output, true);
  }
  void save(const at::Tensor& tensor) { saved_.emplace_back(tensor, false); }

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override;
  std::string name() const override { return "torchactiv::" + name_ + "_backward"; }
  void release_variables() override;
  void compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const override;
  torch::autograd::variable_list apply_with_saved(const torch::autograd::variable_list& gradients,
                                                  torch::dynamo::autograd::SwapSavedVariables& saved) override;

 private:
  torch::autograd::variable_list unpack();

  std::string name_, description_;
  std::vector<double> numbers_;
  Function function_;
  bool saves_output_ = false;
  std::vector<torch::autograd::SavedVariable> saved_;
};

}  // namespace torchactiv
