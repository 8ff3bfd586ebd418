// Kernels of formulas in which an activation stands that is chosen at run time: they call its kernels for blocks in the
// first-level cache. One table for each instruction set.
//
// Operands in the order of csrc/kernels/table.h. The context of each function is a CombinationContext.
#pragma once

#include "csrc/kernels/table.h"

namespace torchactiv {

// The kernels of the activation f, for floats or for doubles. Its derivatives are functions of its input, or of its
// output.
struct CombinationContext {
  MapKernel forward, backward, forward_backward, double_backward;
  bool saves_output = false;
  MapKernel inverse = {};
  const FusedNormalisation* normalisation = nullptr;  // of floats
};

struct DirectionFunctions {
  MapKernel::Function floats, doubles;
  std::int64_t lanes;
  int outputs, operands;
};

struct CombinationFunctions {
  // f(gate) up
  DirectionFunctions gated_forward, gated_backward, gated_double_backward;
  // f(x + bias)
  DirectionFunctions biased_forward, biased_backward, biased_double_backward;
  // f(gate + gate_bias) (up + up_bias)
  DirectionFunctions biased_gate_forward, biased_gate_backward, biased_gate_double_backward;
  // alpha f(beta x + gamma) + delta
  DirectionFunctions scaled_forward, scaled_backward, scaled_double_backward;
  // Any of them, for 16-bit elements; the context is a StagedContext.
  MapKernel::Function staged_bfloat16, staged_float16;
};

}  // namespace torchactiv
