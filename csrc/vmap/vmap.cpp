// Dispatch key FuncTorchBatched: torch.vmap. An elementwise operator over a batch is the operator on the tensors with
// the batch as their first dimension. Parameters are aligned before, for they belong to the data of one sample.
#include <ATen/Functions.h>
#include <ATen/functorch/BatchedTensorImpl.h>

#include <algorithm>

#include "csrc/operators/arrangement.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/coefficients.h"
#include "csrc/operators/registration.h"
#include "csrc/vmap/physical.h"

namespace torchactiv {
namespace {

using at::functorch::maybeGetBatchedImpl;

// Tensors as one sample has them, with its parameters as they broadcast against its data, and how the operator is
// called with all samples.
class Batch {
 public:
  explicit Batch(Tensors samples)
      : samples_(std::move(samples)), level_(innermost_level(samples_)), size_(batch_size(samples_, level_)) {
    for (const at::Tensor& tensor : samples_) dimensions_ = std::max(dimensions_, tensor.dim());
  }

  // With two dimensions at least: a parameter of one would belong to channels.
  Tensors physical() const {
    Tensors all;
    for (const at::Tensor& tensor : samples_)
      all.push_back(with_batch(tensor, level_, size_, std::max<std::int64_t>(dimensions_, 1)));
    return all;
  }

  at::Tensor wrap(const at::Tensor& result) const {
    return at::functorch::makeBatched(dimensions_ == 0 ? result.squeeze(1) : result, 0, level_);
  }

  // Gradients, in the shapes of the tensors that they belong to, of which those from the `first` on are inputs.
  Tensors wrap_gradients(const Operator& op, const Tensors& results, TensorSpan tensors, std::size_t first) const {
    Tensors wrapped;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const bool counted = i >= first && op.is_coefficients(i - first);  // then the count is in front of the batch
      std::vector<c10::SymInt> shape = tensors[i].sym_sizes().vec();
      shape.insert(shape.begin(), size_);
      wrapped.push_back(at::functorch::makeBatched(
          (counted ? results[i].movedim(1, 0) : results[i]).reshape_symint(shape), 0, level_));
    }
    return wrapped;
  }

 private:
  Tensors samples_;
  std::int64_t level_;
  c10::SymInt size_;
  std::int64_t dimensions_ = 0;  // of the result for one sample
};

// Coefficients are given to the operator in one tensor, as its caller gave them.
Tensors joined(const Operator& op, const Counts& counts, const Tensors& tensors, std::size_t first) {
  return op.has_coefficients() ? join_coefficients(op, counts, tensors, first) : tensors;
}

bool have_same_type(TensorSpan tensors) {
  return std::all_of(tensors.begin(), tensors.end(),
                     [&](const at::Tensor& t) { return t.scalar_type() == tensors[0].scalar_type(); });
}

struct Vmap {
  static Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
    // Autocast, which comes behind vmap, may still cast inputs of several dtypes.
    if (have_same_type(inputs)) check_inputs(op, inputs);
    const Batch batch(align_parameters(op, inputs));
    const Counts counts = counts_of(op, inputs);
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    return {batch.wrap(op.forward.call(joined(op, counts, batch.physical(), 0), arguments)[0])};
  }

  static Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const Arrangement sample = arrange_backward(op, tensors);
    const Batch batch(sample.inputs);
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    const Tensors results = op.backward.call(joined(op, sample.counts, batch.physical(), 1), arguments);
    return batch.wrap_gradients(op, results, tensors.slice(1), 0);
  }

  static Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const Arrangement sample = arrange_double_backward(op, tensors);
    const Batch batch(sample.inputs);
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    const Tensors all = batch.physical();  // the gradients' gradients, the gradient, what is saved
    const auto gradient = all.begin() + sample.counts.total();
    Tensors physical = joined(op, sample.counts, Tensors(all.begin(), gradient), 0);
    const Tensors rest = joined(op, sample.counts, Tensors(gradient, all.end()), 1);
    physical.append(rest.begin(), rest.end());
    return batch.wrap_gradients(op, op.double_backward.call(physical, arguments), tensors.slice(op.saved_count()), 1);
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
