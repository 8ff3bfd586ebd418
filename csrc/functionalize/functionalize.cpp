// Dispatch key Functionalize: torch.compile and torch.export turn what writes into its arguments into the function that
// returns its result, followed by an update.
#include <ATen/core/LegacyTypeDispatch.h>

#include "csrc/functionalize/functional_tensors.h"
#include "csrc/operators/registration.h"

namespace torchactiv {
namespace {

namespace functional = at::functionalization::impl;

Tensors unwrap(TensorSpan tensors) {
  Tensors inside;
  for (const at::Tensor& tensor : tensors) inside.push_back(unwrapped(tensor));
  return inside;
}

Tensors write(const Operator& op, const Call& writing, TensorSpan inputs, TensorSpan all, const at::Tensor& target,
              ArgumentSpan arguments) {
  const Tensors inside = unwrap(inputs);
  if (!functional::isFunctionalTensor(target)) {
    for (const at::Tensor& input : inputs)
      TORCH_CHECK(!functional::isFunctionalTensor(input), op.card.name,
                  ": cannot write a functional tensor's result into one that is not functional");
    at::AutoDispatchSkipFunctionalize guard;
    return writing.call(all, arguments);
  }
  at::Tensor result;
  {
    at::AutoDispatchSkipFunctionalize guard;
    result = op.forward.call(inside, arguments)[0];
  }
  update(target, result);
  return {target};
}

struct Functionalize {
  static Tensors in_place(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    return write(op, op.forward_in_place, tensors, tensors, tensors[0], arguments);
  }
  static Tensors out(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    return write(op, op.forward_out, tensors.slice(0, tensors.size() - 1), tensors, tensors.back(), arguments);
  }
};

const Registration registration(c10::DispatchKey::Functionalize, {.in_place = without_keys<Functionalize::in_place>,
                                                                  .out = without_keys<Functionalize::out>});

}  // namespace
}  // namespace torchactiv
