#include "csrc/operators/arrangement.h"

#include "csrc/operators/checks.h"

namespace torchactiv {

Arrangement arrange_backward(const Operator& op, TensorSpan tensors) {
  const TensorSpan saved = tensors.slice(1);
  check_inputs(op, saved);
  Arrangement result{
      {tensors[0]}, Tensors(saved.begin(), saved.end()), align_parameters(op, saved), result_type(op, saved)};
  result.inputs.append(result.aligned.begin(), result.aligned.end());
  return result;
}

Arrangement arrange_double_backward(const Operator& op, TensorSpan tensors) {
  const std::size_t count = op.saved_count();
  const TensorSpan saved = tensors.slice(count + 1);
  check_inputs(op, saved);
  const Tensors aligned = align_parameters(op, saved);
  Arrangement result{{}, {tensors[count]}, {tensors[count]}, result_type(op, saved)};
  for (std::size_t i = 0; i < count; ++i) result.inputs.push_back(tensors[i].reshape_symint(aligned[i].sym_sizes()));
  result.inputs.push_back(tensors[count]);
  result.inputs.append(aligned.begin(), aligned.end());
  result.like.append(saved.begin(), saved.end());
  result.aligned.append(aligned.begin(), aligned.end());
  return result;
}

}  // namespace torchactiv
