// The tensors of backward and of what differentiates it, arranged for those that compute them: with parameters as they
// broadcast, and coefficients split, in the results as well.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

struct Arrangement {
  Tensors inputs;         // in the order of csrc/kernels/table.h
  Tensors like, aligned;  // what the results are the gradients of: as the caller gave it, and as it broadcasts
  at::ScalarType type;    // that of the results of forward
  Counts counts;          // of the inputs of forward
};

// `tensors` are those of the operator's backward; what is saved is checked.
Arrangement arrange_backward(const Operator& op, TensorSpan tensors);
Arrangement arrange_double_backward(const Operator& op, TensorSpan tensors);

// Of the gradients that arrive for the results of double backward, of which undefined ones are 0, and its tensors.
struct TripleArrangement : Arrangement {
  Tensors arriving;
};
TripleArrangement arrange_triple_backward(const Operator& op, TensorSpan tensors);

}  // namespace torchactiv
