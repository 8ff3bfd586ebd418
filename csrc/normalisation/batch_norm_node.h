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

  BatchNormNode(Mode mode, const at::Tensor& input, const BatchNorm& norm);
  void save(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance, const BatchNorm& norm);

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override;
  std::string name() const override;
  void release_variables() override;
  void compiled_args(torch::dynamo::autograd::CompiledNodeArgs& args) const override;
  torch::autograd::variable_list apply_with_saved(const torch::autograd::variable_list& gradients,
                                                  torch::dynamo::autograd::SwapSavedVariables& saved) override;

 private:
  torch::autograd::variable_list unpack() const;

  Mode mode_;
  double eps_;
  std::string activation_;
  std::vector<double> arguments_;
  std::vector<torch::autograd::SavedVariable> saved_;  // input, mean, variance, and weight and bias, which may be none
};

}  // namespace torchactiv
