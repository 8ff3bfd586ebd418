// The nodes of the catalogue's operators.
#pragma once

#include "csrc/autograd/function_node.h"

namespace torchactiv {

// Of a call of the operator (order 1), of its backward (order 2) or of double backward (order 3) with these tensors.
// The first saves what backward reads, the others the tensors.
c10::intrusive_ptr<FunctionNode> derivative_node(const Operator& op, int order, TensorSpan tensors,
                                                 ArgumentSpan arguments);

}  // namespace torchactiv
