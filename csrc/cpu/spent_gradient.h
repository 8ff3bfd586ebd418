// Gradients that nobody needs once backward has read them: their memory may be the result's. Backward of a network then
// takes no new memory for its activations, whose pages the kernel would have to clear first.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/SmallVector.h>

#include <vector>

namespace torchactiv {

// While it lives, those of the gradients that only the engine holds, in this vector, may be overwritten on this thread:
// by the rule by which PyTorch's engine adds gradients in place. None where backward will be differentiated, or within
// torch.func, torch.compile and dispatch modes.
class SpentGradients {
 public:
  explicit SpentGradients(const std::vector<at::Tensor>& gradients);
  ~SpentGradients();
  SpentGradients(const SpentGradients&) = delete;
  SpentGradients& operator=(const SpentGradients&) = delete;

  // Whether the gradient is one of them, which it is once.
  bool take(const at::Tensor& gradient);

 private:
  SpentGradients* const outer_;
  c10::SmallVector<const c10::TensorImpl*, 2> spent_;
};

// What new_result(like) gives, or the gradient itself, where it may be overwritten and lies as `like` does. Whoever
// writes an element of the result must have read that of the gradient.
at::Tensor result_over(const at::Tensor& gradient, const at::Tensor& like);

}  // namespace torchactiv
