// Dispatch key Autograd: first derivatives by one pass, all others, and forward mode, by the composition.
#include <torch/csrc/autograd/functions/utils.h>

#include "csrc/autograd/followed.h"
#include "csrc/autograd/function_node.h"
#include "csrc/packed_gate/registration.h"

namespace torchactiv {
namespace {

using torch::autograd::variable_list;

struct Derivative {
  std::string activation;
  std::int64_t dim;
  bool gate_first;

  std::string description() const {
    return activation + " along " + std::to_string(dim) + (gate_first ? ", gate first" : ", gate second");
  }

  variable_list operator()(const variable_list& gradients, TensorSpan saved, ArgumentSpan numbers,
                           const torch::autograd::Edge&) const {
    return {call_packed_gate_backward(gradients[0], saved[0], {activation, numbers, dim, gate_first})};
  }
};

struct Autograd {
  static at::Tensor forward(const at::Tensor& input, const PackedGate& gate) {
    if (has_tangent(std::array{input})) return composed_packed_gate(input, gate);
    at::Tensor result;
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      result = call_packed_gate(input, gate);
    }
    if (!requires_grad(std::array{input})) return result;
    const Derivative derivative{std::string(gate.activation), gate.dim, gate.gate_first};
    const auto node =
        c10::make_intrusive<FunctionNode>(PackedGate::name, derivative.description(), gate.arguments, derivative);
    node->set_next_edges(torch::autograd::collect_next_edges(input));
    node->save(input);
    torch::autograd::set_history(result, node);
    return result;
  }

  static at::Tensor backward(const at::Tensor& grad_output, const at::Tensor& input, const PackedGate& gate) {
    const std::array tensors{grad_output, input};
    if (requires_grad(tensors) || has_tangent(tensors)) return composed_packed_gate_backward(grad_output, input, gate);
    at::AutoDispatchBelowADInplaceOrView guard;
    return call_packed_gate_backward(grad_output, input, gate);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, Autograd, m) { torchactiv::register_packed_gate<torchactiv::Autograd>(m); }
