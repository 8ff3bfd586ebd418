// What differentiates double backward.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

// The gradients of double backward's tensors, from those of its results; undefined ones are 0. Differentiable itself.
Tensors triple_backward(const Operator& op, TensorSpan gradients, TensorSpan tensors, ArgumentSpan arguments);

}  // namespace torchactiv
