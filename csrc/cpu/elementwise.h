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

}  // namespace torchactiv
