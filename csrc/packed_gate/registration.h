// Registers the parts of gated_packed for a dispatch key, from functions of the structure in packed_gate.h.
#pragma once

#include <torch/library.h>

#include "csrc/packed_gate/packed_gate.h"

namespace torchactiv {

template <auto function>
at::Tensor packed_gate(const at::Tensor& input, c10::string_view activation, ArgumentSpan arguments, std::int64_t dim,
                       bool gate_first) {
  return function(input, {activation, arguments, dim, gate_first});
}

template <auto function>
at::Tensor packed_gate_backward(const at::Tensor& grad_output, const at::Tensor& input, c10::string_view activation,
                                ArgumentSpan arguments, std::int64_t dim, bool gate_first) {
  return function(grad_output, input, {activation, arguments, dim, gate_first});
}

// Parts has static functions of these names.
template <class Parts>
void register_packed_gate(torch::Library& m) {
  m.impl("gated_packed", packed_gate<Parts::forward>);
  m.impl("gated_packed_backward", packed_gate_backward<Parts::backward>);
}

}  // namespace torchactiv
