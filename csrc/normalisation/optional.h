// Tensors that there may be.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace torchactiv {

using MaybeTensor = std::optional<at::Tensor>;

inline MaybeTensor or_nothing(const at::Tensor& tensor) {
  return tensor.defined() ? MaybeTensor(tensor) : std::nullopt;
}
inline at::Tensor or_undefined(const MaybeTensor& tensor) { return tensor.value_or(at::Tensor()); }

}  // namespace torchactiv
