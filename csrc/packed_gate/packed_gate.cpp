// The schemas, the calls through the dispatcher, and, for devices other than the CPU and for vmap, the composition.
#include "csrc/packed_gate/packed_gate.h"

#include <ATen/Functions.h>
#include <ATen/WrapDimUtils.h>

#include "csrc/include/torchactiv/operator_named.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/combinations.h"
#include "csrc/packed_gate/registration.h"

namespace torchactiv {

at::Tensor call_packed_gate(const at::Tensor& input, const PackedGate& gate) {
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, c10::string_view, ArgumentSpan, std::int64_t, bool)>(
          "gated_packed");
  return handle.call(input, gate.activation, gate.arguments, gate.dim, gate.gate_first);
}

at::Tensor call_packed_gate_backward(const at::Tensor& grad_output, const at::Tensor& input, const PackedGate& gate) {
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, const at::Tensor&, c10::string_view, ArgumentSpan,
                                        std::int64_t, bool)>("gated_packed_backward");
  return handle.call(grad_output, input, gate.activation, gate.arguments, gate.dim, gate.gate_first);
}

Halves halves(const at::Tensor& packed, const PackedGate& gate) {
  TORCH_CHECK(packed.defined(), PackedGate::name, ": input is an undefined tensor");
  TORCH_CHECK_NOT_IMPLEMENTED(is_supported(packed.scalar_type()), "\"", PackedGate::name, "\" not implemented for '",
                              packed.scalar_type(),
                              "': input must be a tensor of dtype float32, float64, bfloat16 or float16");
  const std::int64_t dim = at::maybe_wrap_dim(gate.dim, packed.dim(), /*wrap_scalar=*/false);
  const c10::SymInt size = packed.sym_size(dim);
  TORCH_CHECK(size % 2 == 0, PackedGate::name, ": input has the odd size ", size, " along dim=", gate.dim);
  const c10::SymInt half = size / 2;
  const at::Tensor first = packed.narrow_symint(dim, 0, half), second = packed.narrow_symint(dim, half, half);
  return gate.gate_first ? Halves{first, second} : Halves{second, first};
}

at::Tensor composed_packed_gate(const at::Tensor& input, const PackedGate& gate) {
  const auto [of_gate, of_up] = halves(input, gate);
  return combination_of<Gated>(gate.activation).forward.call({of_gate, of_up}, gate.arguments)[0];
}

at::Tensor composed_packed_gate_backward(const at::Tensor& grad_output, const at::Tensor& input,
                                         const PackedGate& gate) {
  const auto [of_gate, of_up] = halves(input, gate);
  const Tensors gradients =
      combination_of<Gated>(gate.activation).backward.call({grad_output, of_gate, of_up}, gate.arguments);
  return at::cat({gradients[gate.gate_first ? 0 : 1], gradients[gate.gate_first ? 1 : 0]}, gate.dim);
}

namespace {

struct PackedGateComposite {
  static constexpr auto forward = composed_packed_gate;
  static constexpr auto backward = composed_packed_gate_backward;
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_FRAGMENT(torchactiv, m) {
  const std::vector<at::Tag> tags{at::Tag::pt2_compliant_tag};
  m.def(
      "gated_packed(Tensor input, str activation='silu', float[] arguments=[], int dim=-1, bool gate_first=True) "
      "-> Tensor",
      tags);
  m.def(
      "gated_packed_backward(Tensor grad_output, Tensor input, str activation='silu', float[] arguments=[], "
      "int dim=-1, bool gate_first=True) -> Tensor",
      tags);
}

TORCH_LIBRARY_IMPL(torchactiv, CompositeExplicitAutograd, m) {
  torchactiv::register_packed_gate<torchactiv::PackedGateComposite>(m);
}
TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatched, m) {
  torchactiv::register_packed_gate<torchactiv::PackedGateComposite>(m);
}
