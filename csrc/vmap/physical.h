// Tensors of a batch that torch.vmap made, as they lie in memory.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

// The innermost batch that any of the tensors has; -1 if there is none.
std::int64_t innermost_level(TensorSpan tensors);

bool is_batched(const at::Tensor& tensor, std::int64_t level);

c10::SymInt batch_size(TensorSpan tensors, std::int64_t level);

// The tensor with the batch in front, whether it has one or not, and then so many dimensions.
at::Tensor with_batch(const at::Tensor& tensor, std::int64_t level, const c10::SymInt& size, std::int64_t dimensions);

}  // namespace torchactiv
