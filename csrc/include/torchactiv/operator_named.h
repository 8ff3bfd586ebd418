// How the functions of this folder find their operators, and what they give them for a tensor that is not there.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <string>

namespace torchactiv::detail {

/// The operator torchactiv::<name>; Type is its function.
template <class Type>
c10::TypedOperatorHandle<Type> operator_named(const std::string& name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchemaOrThrow(("torchactiv::" + name).c_str(), overload).typed<Type>();
}

using Maybe = std::optional<at::Tensor>;

/// LibTorch's modules have an undefined tensor where there is none.
inline Maybe maybe(const Maybe& tensor) { return tensor && tensor->defined() ? tensor : std::nullopt; }

}  // namespace torchactiv::detail
