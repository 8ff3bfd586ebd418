// Dispatch key FuncTorchBatched: torch.vmap. An elementwise operator over a batch is the operator on the tensors with
// the batch as their first dimension.
#include <ATen/Functions.h>
#include <ATen/functorch/BatchedTensorImpl.h>

#include "csrc/operators/entry_points.h"

namespace torchactiv {
namespace {

using at::functorch::maybeGetBatchedImpl;

// The innermost batch that any of the tensors has.
std::int64_t innermost_level(TensorSpan tensors) {
  std::int64_t level = -1;
  for (const at::Tensor& tensor : tensors)
    if (const auto* batched = maybeGetBatchedImpl(tensor)) level = std::max(level, batched->level());
  return level;
}

c10::SymInt batch_size(TensorSpan tensors, std::int64_t level) {
  for (const at::Tensor& tensor : tensors)
    if (const auto* batched = maybeGetBatchedImpl(tensor); batched && batched->level() == level)
      return batched->value().sym_size(batched->bdim());
  TORCH_INTERNAL_ASSERT(false);
}

// The tensor with the batch in front, whether it has one or not, and then at least `dimensions` dimensions.
at::Tensor with_batch(const at::Tensor& tensor, std::int64_t level, const c10::SymInt& size, std::int64_t dimensions,
                      bool leading) {
  const auto* batched = maybeGetBatchedImpl(tensor);
  at::Tensor physical;
  if (batched && batched->level() == level) {
    physical = batched->value().movedim(batched->bdim(), 0);
  } else {
    std::vector<c10::SymInt> shape = tensor.sym_sizes().vec();
    shape.insert(shape.begin(), size);
    physical = tensor.unsqueeze(0).expand_symint(shape);
  }
  // A parameter of one dimension lies along the channels, which come behind the batch and the first dimension.
  if (leading && tensor.dim() == 1 && dimensions > 1) physical = physical.unsqueeze(1);
  while (physical.dim() < dimensions + 1) physical = physical.unsqueeze(leading && tensor.dim() == 1 ? -1 : 1);
  return physical;
}

struct Batch {
  std::int64_t level;
  Tensors physical;

  // `first` is the position of the operator's first input among the tensors.
  Batch(const Operator& op, TensorSpan tensors, const std::vector<int>& input_of) : level(innermost_level(tensors)) {
    const c10::SymInt size = batch_size(tensors, level);
    std::int64_t dimensions = 0;
    for (const at::Tensor& tensor : tensors) dimensions = std::max(dimensions, tensor.dim());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const bool parameter = input_of[i] >= 0 && op.is_parameter(static_cast<std::size_t>(input_of[i]));
      physical.push_back(with_batch(tensors[i], level, size, dimensions, parameter));
    }
  }

  // Results in the shapes of `like`, tensors of the caller.
  Tensors wrap(const Tensors& results, TensorSpan like) const {
    Tensors wrapped;
    for (std::size_t i = 0; i < results.size(); ++i) {
      std::vector<c10::SymInt> shape = like[i].sym_sizes().vec();
      shape.insert(shape.begin(), results[i].sym_size(0));
      wrapped.push_back(at::functorch::makeBatched(results[i].reshape_symint(shape), 0, level));
    }
    return wrapped;
  }
};

std::vector<int> inputs_in_order(std::size_t count) {
  std::vector<int> order;
  for (std::size_t i = 0; i < count; ++i) order.push_back(static_cast<int>(i));
  return order;
}

// The inputs behind the saved tensors; a saved output counts as data.
std::vector<int> saved_inputs(const Operator& op) {
  return op.saved == Saved::inputs ? inputs_in_order(op.inputs.size()) : std::vector<int>{-1};
}

struct Vmap {
  static Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    const Batch batch(op, inputs, inputs_in_order(inputs.size()));
    const at::Tensor result = op.forward.call(batch.physical, arguments)[0];
    return {at::functorch::makeBatched(result, 0, batch.level)};
  }

  static Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    std::vector<int> input_of = saved_inputs(op);
    input_of.insert(input_of.begin(), -1);
    const Batch batch(op, tensors, input_of);
    return batch.wrap(op.backward.call(batch.physical, arguments), tensors.slice(1));
  }

  static Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    const std::vector<int> saved = saved_inputs(op);
    std::vector<int> input_of = saved;
    input_of.push_back(-1);
    input_of.insert(input_of.end(), saved.begin(), saved.end());
    const Batch batch(op, tensors, input_of);
    return batch.wrap(op.double_backward.call(batch.physical, arguments), tensors.slice(saved.size()));
  }

  static Tensors in_place(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    op.forward_in_place.call({maybeGetBatchedImpl(tensors[0])->value()}, arguments);
    return {tensors[0]};
  }

  static Tensors out(const Operator& op, TensorSpan, ArgumentSpan) {
    TORCH_CHECK(false, "vmap: torchactiv::", op.card.name,
                " with out= is not supported, because out would have to be "
                "as large as the batch; use the function that returns its result");
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatched, m) {
  torchactiv::register_functional<torchactiv::Vmap>(m);
  torchactiv::register_writing<torchactiv::Vmap>(m);
}
