// Dispatch key Functionalize: torch.compile and torch.export turn what writes into its arguments into the function that
// returns its result, followed by an update.
#include <ATen/FunctionalTensorWrapper.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include "csrc/operators/registration.h"

namespace torchactiv {
namespace {

namespace functional = at::functionalization::impl;

Tensors unwrap(TensorSpan tensors) {
  Tensors unwrapped;
  for (const at::Tensor& tensor : tensors) {
    if (functional::isFunctionalTensor(tensor)) {
      functional::sync(tensor);
      unwrapped.push_back(functional::from_functional_tensor(tensor));
    } else {
      unwrapped.push_back(tensor);
    }
  }
  return unwrapped;
}

Tensors update(const Operator& op, const Call& writing, TensorSpan inputs, TensorSpan all, const at::Tensor& target,
               ArgumentSpan arguments) {
  const Tensors unwrapped = unwrap(inputs);
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
    result = op.forward.call(unwrapped, arguments)[0];
  }
  functional::replace_(target, result);
  functional::commit_update(target);
  functional::sync(target);
  return {target};
}

struct Functionalize {
  static Tensors in_place(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    return update(op, op.forward_in_place, tensors, tensors, tensors[0], arguments);
  }
  static Tensors out(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    return update(op, op.forward_out, tensors.slice(0, tensors.size() - 1), tensors, tensors.back(), arguments);
  }
};

const Registration registration(c10::DispatchKey::Functionalize, {.in_place = without_keys<Functionalize::in_place>,
                                                                  .out = without_keys<Functionalize::out>});

}  // namespace
}  // namespace torchactiv
