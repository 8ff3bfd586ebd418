#include "csrc/autograd/derivative_node.h"

#include <ATen/Functions.h>

#include <array>

#include "csrc/autograd/triple_backward.h"

namespace torchactiv {
namespace {

using torch::autograd::Edge;
using torch::autograd::variable_list;

// Of an order, which std::function holds without memory of its own.
struct Derivative {
  const Operator* op;
  std::size_t order;

  variable_list operator()(const variable_list& gradients, TensorSpan saved, ArgumentSpan arguments,
                           const Edge&) const {
    const Tensors result =
        order == 3
            ? triple_backward(*op, gradients, saved, arguments)
            : (order == 1 ? op->backward : op->double_backward).call(with_gradients(gradients, saved), arguments);
    return {result.begin(), result.end()};
  }

 private:
  // Only backward has more than one, those of the saved tensors.
  Tensors with_gradients(const variable_list& gradients, TensorSpan saved) const {
    Tensors tensors;
    for (std::size_t i = 0; i < gradients.size(); ++i)
      tensors.push_back(gradients[i].defined() ? gradients[i] : at::zeros_like(saved[order - 1 + i]));
    tensors.append(saved.begin(), saved.end());
    return tensors;
  }
};

// Named when somebody asks: a small tensor's operator has no time for it.
class DerivativeNode : public FunctionNode {
 public:
  DerivativeNode(const Derivative& derivative, ArgumentSpan arguments)
      : FunctionNode({}, {}, arguments, derivative), derivative_(derivative) {}

  std::string name() const override {
    constexpr std::array names{"_backward", "_double_backward", "_triple_backward"};
    return "torchactiv::" + derivative_.op->full_name() + names[derivative_.order - 1];
  }

 private:
  Derivative derivative_;
};

}  // namespace

c10::intrusive_ptr<FunctionNode> derivative_node(const Operator& op, int order, TensorSpan tensors,
                                                 ArgumentSpan arguments) {
  const Derivative derivative{&op, static_cast<std::size_t>(order)};
  c10::intrusive_ptr<FunctionNode> node = c10::make_intrusive<DerivativeNode>(derivative, arguments);
  node->set_next_edges(torch::autograd::collect_next_edges(tensors));
  return node;
}

}  // namespace torchactiv
