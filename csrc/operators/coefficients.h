// Tensors of coefficients, as the parameters that they are made of: what computes takes these one by one.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

// How many operands each input is.
Counts counts_of(const Operator& op, TensorSpan inputs);

// The slices of a tensor of coefficients. unbind() would make constants of all sizes where these are symbols.
Tensors slices_of(const at::Tensor& coefficients);

// Inputs, or tensors of their shapes, with every slice of coefficients a tensor of its own.
Tensors split_coefficients(const Operator& op, TensorSpan inputs);

// The reverse, for results that belong to the inputs, behind `first` others.
Tensors join_coefficients(const Operator& op, const Counts& counts, const Tensors& results, std::size_t first);

}  // namespace torchactiv
