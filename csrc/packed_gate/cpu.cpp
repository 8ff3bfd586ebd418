// Dispatch keys CPU, whose backward writes both halves of one gradient, and Meta.
#include <ATen/Functions.h>

#include "csrc/cpu/elementwise.h"
#include "csrc/cpu/new_result.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/combinations.h"
#include "csrc/operators/signature.h"
#include "csrc/packed_gate/registration.h"

namespace torchactiv {
namespace {

// What gated's backward demands, and that nothing broadcasts.
void check(const Operator& op, const at::Tensor& grad_output, const Halves& of_input) {
  check_inputs(op, Tensors{of_input.gate, of_input.up});
  check_kind_of_gradient(PackedGate::name, "grad_output", grad_output, of_input.gate);
  TORCH_CHECK(
      grad_output.sym_sizes() == of_input.gate.sym_sizes() && grad_output.scalar_type() == of_input.gate.scalar_type(),
      PackedGate::name, "_backward: expected grad_output of shape ", of_input.gate.sym_sizes(), " and ",
      of_input.gate.scalar_type(), ", got shape ", grad_output.sym_sizes(), " and ", grad_output.scalar_type());
}

struct Cpu {
  static constexpr auto forward = composed_packed_gate;

  static at::Tensor backward(const at::Tensor& grad_output, const at::Tensor& input, const PackedGate& gate) {
    const Operator& op = combination_of<Gated>(gate.activation);
    const Halves of_input = halves(input, gate);
    check(op, grad_output, of_input);
    const std::vector<double> arguments = with_defaults(PackedGate::name, *op.activation, gate.arguments);
    check_arguments(op, arguments);
    const at::Tensor result = input.is_non_overlapping_and_dense() ? new_result(input) : at::empty_like(input);
    const auto [of_gate, of_up] = halves(result, gate);
    Tensors outputs{of_gate, of_up};
    run_elementwise(op.kernels->backward[static_cast<int>(element_of(input.scalar_type()))], outputs,
                    Tensors{grad_output, of_input.gate, of_input.up}, arguments);
    return result;
  }
};

struct Meta {
  static constexpr auto forward = composed_packed_gate;

  static at::Tensor backward(const at::Tensor& grad_output, const at::Tensor& input, const PackedGate& gate) {
    const Operator& op = combination_of<Gated>(gate.activation);
    check(op, grad_output, halves(input, gate));
    check_arguments(op, with_defaults(PackedGate::name, *op.activation, gate.arguments));
    return at::empty_like(input);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CPU, m) { torchactiv::register_packed_gate<torchactiv::Cpu>(m); }
TORCH_LIBRARY_IMPL(torchactiv, Meta, m) { torchactiv::register_packed_gate<torchactiv::Meta>(m); }
