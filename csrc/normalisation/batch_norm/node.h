// What autograd keeps of a batch normalisation.
#pragma once

#include "csrc/autograd/function_node.h"
#include "csrc/normalisation/batch_norm/batch_norm.h"

namespace torchactiv {

enum class Mode { training, inference };

// Of norm.memory_efficient the output is kept; otherwise the input.
c10::intrusive_ptr<FunctionNode> batch_norm_node(Mode mode, const at::Tensor& input, const BatchNorm& norm);
// `data` is the one or the other.
void save(FunctionNode& node, const at::Tensor& data, const at::Tensor& mean, const at::Tensor& variance,
          const BatchNorm& norm);

}  // namespace torchactiv
