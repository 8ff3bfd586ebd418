// Whether autograd follows any of some tensors now.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <array>

namespace torchactiv {

// Backward.
template <std::size_t n>
bool requires_grad(const std::array<at::Tensor, n>& tensors) {
  return at::GradMode::is_enabled() && std::any_of(tensors.begin(), tensors.end(), [](const at::Tensor& t) {
           return t.defined() && t.requires_grad();
         });
}

// Forward.
template <std::size_t n>
bool has_tangent(const std::array<at::Tensor, n>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const at::Tensor& t) { return t.defined() && t._fw_grad(0).defined(); });
}

}  // namespace torchactiv
