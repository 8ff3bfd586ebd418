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

  // Whether a gradient is one of those of this thread, which it is once.
  static bool take(const at::Tensor& gradient);

 private:
  SpentGradients* const outer_;
  c10::SmallVector<const c10::TensorImpl*, 2> spent_;
};

}  // namespace torchactiv
