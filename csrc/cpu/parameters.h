// Runs the kernel of a result of which some inputs are parameters.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

// Writes the output, of the inputs' common shape and of one dtype with them; an undefined output is allocated.
void run_with_parameters(MapKernel kernel, at::Tensor& output, TensorSpan inputs, std::span<const bool> is_parameter,
                         ArgumentSpan arguments);

}  // namespace torchactiv
