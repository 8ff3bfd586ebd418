#include "csrc/autograd/triple_backward.h"

namespace torchactiv {

// In doubles on CPU, as the kernel computes: between the composition's operators floats would lose digits, or overflow.
Tensors triple_backward(const Operator& op, TensorSpan gradients, TensorSpan tensors, ArgumentSpan arguments) {
  Tensors all(gradients.begin(), gradients.end());
  all.append(tensors.begin(), tensors.end());
  if (tensors[0].is_cpu())
    for (at::Tensor& tensor : all)
      if (tensor.defined()) tensor = tensor.to(at::kDouble);
  Tensors results = op.composite.triple_backward(op, all, arguments);
  for (std::size_t i = 0; i < results.size(); ++i) results[i] = results[i].to(tensors[i].scalar_type());
  return results;
}

}  // namespace torchactiv
