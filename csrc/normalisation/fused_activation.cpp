#include "csrc/normalisation/fused_activation.h"

#include <map>

#include "csrc/operators/activations.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/signature.h"

namespace torchactiv {
namespace {

struct Contexts {
  const Operator& op;
  CombinationContext floats, doubles;

  explicit Contexts(const Operator& op) : op(op), floats(of(op, Element::float32)), doubles(of(op, Element::float64)) {}

 private:
  static CombinationContext of(const Operator& op, Element element) {
    const auto e = static_cast<int>(element);
    const OperatorKernels& k = *op.kernels;
    return {k.forward[e],
            k.backward[e],
            k.forward_backward[e],
            k.double_backward[e],
            op.saved == Saved::output,
            k.inverse[e],
            element == Element::float32 ? k.normalisation : nullptr};
  }
};

const std::map<std::string_view, Contexts>& activations() {
  static const auto all = [] {
    std::map<std::string_view, Contexts> found;
    for (const Operator* op : operators())
      if (op->inputs.size() == 1) found.emplace(op->card.name, *op);
    return found;
  }();
  return all;
}

}  // namespace

FusedActivation FusedActivation::find(const char* function, std::string_view activation, ArgumentSpan arguments) {
  const auto found = activations().find(operator_name(activation));
  TORCH_CHECK_VALUE(found != activations().end(), function, ": activation must name an operator of one tensor, got '",
                    activation, "'");
  const Contexts& contexts = found->second;
  FusedActivation result{contexts.op, with_defaults(function, contexts.op, arguments), &contexts.floats,
                         &contexts.doubles};
  check_arguments(result.op, result.arguments);
  return result;
}

bool FusedActivation::is_restorable(at::ScalarType type) const {
  return op.invertible && op.invertible(arguments) &&
         (op.invertible_halves || type == at::kFloat || type == at::kDouble);
}

double FusedActivation::offset_of_zero() const {
  double zero = 0, one = 1, value = 0, slope = 0;
  const auto call = [&](const MapKernel& kernel, auto*... places) {
    char* operands[] = {reinterpret_cast<char*>(places)...};
    const std::int64_t strides[2 * sizeof...(places)] = {};
    kernel(operands, strides, 1, 1, arguments.data());
  };
  call(doubles->forward, &value, &zero);
  call(doubles->backward, &slope, &one, doubles->saves_output ? &value : &zero);
  return value == 0 ? 0 : value / slope;
}

at::Tensor FusedActivation::forward(const at::Tensor& x) const { return op.forward.call(x, arguments)[0]; }

at::Tensor FusedActivation::backward(const at::Tensor& gradient, const at::Tensor& x) const {
  const at::Tensor saved = op.saved == Saved::inputs ? x : forward(x);
  return op.backward.call({gradient, saved}, arguments)[0];
}

at::Tensor FusedActivation::inverse(const at::Tensor& y) const { return op.composite.inverse(op, y, arguments)[0]; }

}  // namespace torchactiv
