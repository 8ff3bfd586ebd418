// The node that autograd keeps for batch normalisation. (torch::autograd::Function would be less to write, but does not
// work under torch.func.)
#pragma once

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include "csrc/normalisation/batch_norm.h"

namespace torchactiv {

class BatchNormNode : public torch::autograd::Node {
 public:
  enum class Mode { training, inference };
  enum class Kept { input, output };

  BatchNormNode(Mode mode, Kept kept, const at::Tensor& input, const BatchNorm& norm);
  // `data` is the input, or the output.
  void save(const at::Tensor& data, const at::Tensor& mean, const at::Tensor& variance, const BatchNorm& norm);

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override;
  std::string name() const override;
  void release_variables() override;
  void compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const override;
  torch::autograd::variable_list apply_with_saved(const torch::autograd::variable_list& gradients,
                                                  torch::dynamo::autograd::SwapSavedVariables& saved) override;

 private:
  // Everything but the tensors.
  struct Call {
    bool training, restores;
    double eps;
    std::string activation;
    std::vector<double> arguments;

    torch::autograd::variable_list derivative(const at::Tensor& grad_output,
                                              const torch::autograd::variable_list& saved,
                                              const torch::autograd::Edge& of_input) const;
  };
  torch::autograd::variable_list unpack();

  Call call_;
  std::vector<torch::autograd::SavedVariable> saved_;  // data, mean, variance, and residual, weight and bias, if any
};

}  // namespace torchactiv
