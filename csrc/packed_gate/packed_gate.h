// Gates whose two operands are the halves of one tensor, as one linear layer gives them: gated (csrc/operators/
// combinations.h) of the halves, but for its gradient, which is one tensor that is written in one pass.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

// What every part is told besides the data.
struct PackedGate {
  c10::string_view activation;
  ArgumentSpan arguments;
  std::int64_t dim;
  bool gate_first;

  static constexpr const char* name = "gated_packed";
};

at::Tensor call_packed_gate(const at::Tensor& input, const PackedGate& gate);
at::Tensor call_packed_gate_backward(const at::Tensor& grad_output, const at::Tensor& input, const PackedGate& gate);

// gate and up, as views. Throws unless the size along dim is even.
struct Halves {
  at::Tensor gate, up;
};
Halves halves(const at::Tensor& packed, const PackedGate& gate);

// As calls of gated and its derivatives: differentiable, on any device.
at::Tensor composed_packed_gate(const at::Tensor& input, const PackedGate& gate);
at::Tensor composed_packed_gate_backward(const at::Tensor& grad_output, const at::Tensor& input,
                                         const PackedGate& gate);

}  // namespace torchactiv
