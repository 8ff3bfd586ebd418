#include "csrc/vmap/physical.h"

#include <ATen/functorch/BatchedTensorImpl.h>

#include <algorithm>

namespace torchactiv {

using at::functorch::maybeGetBatchedImpl;

std::int64_t innermost_level(TensorSpan tensors) {
  std::int64_t level = -1;
  for (const at::Tensor& tensor : tensors)
    if (const auto* batched = maybeGetBatchedImpl(tensor)) level = std::max(level, batched->level());
  return level;
}

bool is_batched(const at::Tensor& tensor, std::int64_t level) {
  const auto* batched = maybeGetBatchedImpl(tensor);
  return batched && batched->level() == level;
}

c10::SymInt batch_size(TensorSpan tensors, std::int64_t level) {
  for (const at::Tensor& tensor : tensors)
    if (const auto* batched = maybeGetBatchedImpl(tensor); batched && batched->level() == level)
      return batched->value().sym_size(batched->bdim());
  TORCH_INTERNAL_ASSERT(false);
}

at::Tensor with_batch(const at::Tensor& tensor, std::int64_t level, const c10::SymInt& size, std::int64_t dimensions) {
  at::Tensor physical;
  if (is_batched(tensor, level)) {
    const auto* batched = maybeGetBatchedImpl(tensor);
    physical = batched->value().movedim(batched->bdim(), 0);
  } else {
    std::vector<c10::SymInt> shape = tensor.sym_sizes().vec();
    shape.insert(shape.begin(), size);
    physical = tensor.unsqueeze(0).expand_symint(shape);
  }
  while (physical.dim() < dimensions + 1) physical = physical.unsqueeze(1);
  return physical;
}

}  // namespace torchactiv
