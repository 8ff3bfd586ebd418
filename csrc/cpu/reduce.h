// Runs a kernel whose outputs include gradients of parameters, summed over what the parameters were broadcast along.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

struct Operands {
  Tensors& outputs;  // defined, of one dtype with the inputs
  TensorSpan inputs;
  std::span<const bool> parameter_output, parameter_input;
};

// The one for doubles, or for floats, which 16-bit types are computed in; and whether it sums gradients along rows
// (OperatorKernels::sums_gradients).
struct ReducingKernel {
  MapKernel kernel;
  bool sums_gradients;
};

// One pass over the data, where all parameters vary along adjacent dimensions of dense data; false (and nothing done)
// where they do not.
bool run_reducing(ReducingKernel kernel, const Operands& operands, at::IntArrayRef shape, ArgumentSpan arguments);

}  // namespace torchactiv
