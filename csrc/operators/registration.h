// How a folder of a dispatch key registers what it implements, for every operator at once.
#pragma once

#include "csrc/operators/signature.h"

namespace torchactiv {

// The functions that there are; null ones are left out.
struct Backend {
  Body forward = nullptr, in_place = nullptr, out = nullptr, backward = nullptr, double_backward = nullptr;
  bool with_parameters_only = false;
};

// A backend's static functions, as bodies: with the dispatch keys, or without.
template <auto function>
Tensors without_keys(const Operator& op, c10::DispatchKeySet, TensorSpan tensors, ArgumentSpan arguments) {
  return function(op, tensors, arguments);
}

// Registers them when the library is loaded: to be the type of a constant.
class Registration {
 public:
  Registration(c10::DispatchKey key, const Backend& backend);
};

}  // namespace torchactiv
