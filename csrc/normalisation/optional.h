// Tensors that there may be.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>

namespace torchactiv {

using MaybeTensor = std::optional<at::Tensor>;

inline MaybeTensor or_nothing(const at::Tensor& tensor) {
  return tensor.defined() ? MaybeTensor(tensor) : std::nullopt;
}
inline at::Tensor or_undefined(const MaybeTensor& tensor) { return tensor.value_or(at::Tensor()); }

// Whether autograd follows any of them now, backward or forward.
template <std::size_t n>
bool requires_grad(const std::array<at::Tensor, n>& tensors) {
  return at::GradMode::is_enabled() && std::any_of(tensors.begin(), tensors.end(), [](const at::Tensor& t) {
           return t.defined() && t.requires_grad();
         });
}
template <std::size_t n>
bool has_tangent(const std::array<at::Tensor, n>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const at::Tensor& t) { return t.defined() && t._fw_grad(0).defined(); });
}

}  // namespace torchactiv
