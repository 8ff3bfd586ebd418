// Tensors as functionalization wraps them.
#pragma once

#include <ATen/FunctionalTensorWrapper.h>

namespace torchactiv {

inline at::Tensor unwrapped(const at::Tensor& tensor) {
  namespace functional = at::functionalization::impl;
  if (!tensor.defined() || !functional::isFunctionalTensor(tensor)) return tensor;
  functional::sync(tensor);
  return functional::from_functional_tensor(tensor);
}

// What writes a result into a tensor, as its new value.
inline void update(const at::Tensor& target, const at::Tensor& result) {
  namespace functional = at::functionalization::impl;
  functional::replace_(target, result);
  functional::commit_update(target);
  functional::sync(target);
}

}  // namespace torchactiv
