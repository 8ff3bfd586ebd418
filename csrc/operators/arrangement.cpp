#include "csrc/operators/arrangement.h"

#include <ATen/Functions.h>

#include "csrc/operators/checks.h"
#include "csrc/operators/coefficients.h"

namespace torchactiv {
namespace {

Counts saved_counts(const Operator& op, TensorSpan saved) {
  return op.saved == Saved::inputs ? counts_of(op, saved) : Counts{{1}, 1};
}

Tensors split(const Operator& op, TensorSpan saved) {
  return op.has_coefficients() ? split_coefficients(op, saved) : Tensors(saved.begin(), saved.end());
}

// Splitting takes the number of coefficients from each tensor.
void check_counts(const Operator& op, TensorSpan arriving, TensorSpan saved) {
  for (std::size_t i = 0; i < arriving.size(); ++i)
    TORCH_CHECK(!op.is_coefficients(i) || (arriving[i].dim() > 0 && arriving[i].sym_size(0) == saved[i].sym_size(0)),
                op.card.name, "_double_backward: grad_grad_", op.inputs[i].name, " of shape ", arriving[i].sym_sizes(),
                " must have as many coefficients as ", op.inputs[i].name, " of shape ", saved[i].sym_sizes());
}

}  // namespace

Arrangement arrange_backward(const Operator& op, TensorSpan tensors) {
  const TensorSpan saved = tensors.slice(1);
  check_inputs(op, saved);
  check_gradient(op, "grad_output", tensors[0], saved);
  Arrangement result{
      {tensors[0]}, split(op, saved), align_parameters(op, saved), result_type(op, saved), saved_counts(op, saved)};
  result.inputs.append(result.aligned.begin(), result.aligned.end());
  return result;
}

Arrangement arrange_double_backward(const Operator& op, TensorSpan tensors) {
  const std::size_t count = op.saved_count();
  const TensorSpan saved = tensors.slice(count + 1);
  check_inputs(op, saved);
  check_gradient(op, "grad_output", tensors[count], saved);
  if (op.has_coefficients()) check_counts(op, tensors.slice(0, count), saved);
  const Tensors aligned = align_parameters(op, saved), arriving = split(op, tensors.slice(0, count));
  Arrangement result{{}, {tensors[count]}, {tensors[count]}, result_type(op, saved), saved_counts(op, saved)};
  for (std::size_t i = 0; i < aligned.size(); ++i)
    result.inputs.push_back(arriving[i].reshape_symint(aligned[i].sym_sizes()));
  result.inputs.push_back(tensors[count]);
  result.inputs.append(aligned.begin(), aligned.end());
  const Tensors like = split(op, saved);
  result.like.append(like.begin(), like.end());
  result.aligned.append(aligned.begin(), aligned.end());
  return result;
}

TripleArrangement arrange_triple_backward(const Operator& op, TensorSpan tensors) {
  const std::size_t count = op.saved_count();
  TripleArrangement result{arrange_double_backward(op, tensors.slice(1 + count)), {}};
  Tensors arriving(tensors.begin() + 1, tensors.begin() + 1 + count);
  for (std::size_t i = 0; i < count; ++i)
    if (!arriving[i].defined() && op.is_coefficients(i)) arriving[i] = at::zeros_like(tensors[2 + 2 * count + i]);
  result.arriving.push_back(tensors[0]);
  for (const at::Tensor& gradient : split(op, arriving)) {
    const at::Tensor& aligned = result.aligned[result.arriving.size()];
    result.arriving.push_back(gradient.defined() ? gradient.reshape_symint(aligned.sym_sizes()) : gradient);
  }
  const auto with_v_first = [](const Tensors& all) {  // whose gradients are like those of what is saved
    Tensors result(all.begin() + 1, all.end());
    result.append(all.begin(), all.end());
    return result;
  };
  result.like = with_v_first(result.like);
  result.aligned = with_v_first(result.aligned);
  return result;
}

}  // namespace torchactiv
