// Dispatch key FuncTorchBatched: torch.vmap. An elementwise operator over a batch is the operator on the tensors with
// the batch as their first dimension.
#include <ATen/Functions.h>
#include <ATen/functorch/BatchedTensorImpl.h>

#include "csrc/operators/registration.h"

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

// The same of coefficients: the dimension that counts them stays in front of the batch.
at::Tensor with_batch_of_coefficients(const at::Tensor& tensor, std::int64_t level, const c10::SymInt& size,
                                      std::int64_t dimensions) {
  Tensors slices;
  const auto* batched = maybeGetBatchedImpl(tensor);
  if (batched && batched->level() == level) {
    const at::Tensor value = batched->value().movedim(batched->bdim(), 0);
    for (std::int64_t k = 0; k < value.sym_size(1).guard_int(__FILE__, __LINE__); ++k)
      slices.push_back(
          with_batch(at::functorch::makeBatched(value.select(1, k), 0, level), level, size, dimensions, true));
  } else {
    for (std::int64_t k = 0; k < tensor.sym_size(0).guard_int(__FILE__, __LINE__); ++k)
      slices.push_back(with_batch(tensor.select(0, k), level, size, dimensions, true));
  }
  return at::stack(std::vector<at::Tensor>(slices.begin(), slices.end()));
}

struct Batch {
  std::int64_t level;
  Tensors physical;
  std::vector<bool> counted;  // which of them are coefficients

  // `first` is the position of the operator's first input among the tensors.
  Batch(const Operator& op, TensorSpan tensors, const std::vector<int>& input_of) : level(innermost_level(tensors)) {
    const c10::SymInt size = batch_size(tensors, level);
    std::int64_t dimensions = 0;
    const auto is = [&](std::size_t i, bool (Operator::*property)(std::size_t) const) {
      return input_of[i] >= 0 && (op.*property)(static_cast<std::size_t>(input_of[i]));
    };
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      counted.push_back(is(i, &Operator::is_coefficients));
      dimensions = std::max(dimensions, tensors[i].dim() - (counted[i] ? 1 : 0));
    }
    for (std::size_t i = 0; i < tensors.size(); ++i)
      physical.push_back(counted[i] ? with_batch_of_coefficients(tensors[i], level, size, dimensions)
                                    : with_batch(tensors[i], level, size, dimensions, is(i, &Operator::is_parameter)));
  }

  // Results in the shapes of the caller's tensors from the `first` on, which they belong to.
  Tensors wrap(const Tensors& results, TensorSpan tensors, std::size_t first) const {
    Tensors wrapped;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const at::Tensor result = counted[first + i] ? results[i].movedim(1, 0) : results[i];
      std::vector<c10::SymInt> shape = tensors[first + i].sym_sizes().vec();
      shape.insert(shape.begin(), result.sym_size(0));
      wrapped.push_back(at::functorch::makeBatched(result.reshape_symint(shape), 0, level));
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
    return batch.wrap(op.backward.call(batch.physical, arguments), tensors, 1);
  }

  static Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    const std::vector<int> saved = saved_inputs(op);
    std::vector<int> input_of = saved;
    input_of.push_back(-1);
    input_of.insert(input_of.end(), saved.begin(), saved.end());
    const Batch batch(op, tensors, input_of);
    return batch.wrap(op.double_backward.call(batch.physical, arguments), tensors, saved.size());
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

const Registration registration(c10::DispatchKey::FuncTorchBatched,
                                {.forward = without_keys<Vmap::forward>,
                                 .in_place = without_keys<Vmap::in_place>,
                                 .out = without_keys<Vmap::out>,
                                 .backward = without_keys<Vmap::backward>,
                                 .double_backward = without_keys<Vmap::double_backward>});

}  // namespace
}  // namespace torchactiv
