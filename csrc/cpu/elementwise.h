// Runs a kernel over tensors that broadcast against each other.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

// The kernel's index for a dtype that check_inputs allows.
Element element_of(at::ScalarType type);

// Elements that one thread takes at least.
constexpr std::int64_t grain_size = 16384;

// Writes the outputs, all of the inputs' common shape and of one dtype with them; an undefined output is allocated.
void run_elementwise(MapKernel kernel, Tensors& outputs, TensorSpan inputs, ArgumentSpan arguments);

// The same where the only output is the result and some inputs are parameters (`is_parameter`). Parameters that repeat
// along the data in short periods are laid out over a longer one, so that rows are never shorter than worth a call.
void run_with_parameters(MapKernel kernel, at::Tensor& output, TensorSpan inputs, std::span<const bool> is_parameter,
                         ArgumentSpan arguments);

}  // namespace torchactiv
