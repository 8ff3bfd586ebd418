// Dispatch key FuncTorchBatched: torch.vmap. The rows of all samples are rows; where samples have a weight or a bias of
// their own, and in backward, whose gradients of weight and bias are those of one sample, vmap is that of the
// composition.
#include <ATen/functorch/BatchedTensorImpl.h>

#include "csrc/normalisation/row_norm/registration.h"
#include "csrc/vmap/physical.h"

namespace torchactiv {
namespace {

struct RowNormVmap {
  static RowNormResults forward(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
    std::vector<at::Tensor> tensors{input};
    for (const MaybeTensor* tensor : {&residual, &norm.weight, &norm.bias})
      if (*tensor) tensors.push_back(**tensor);
    const std::int64_t level = innermost_level(tensors);
    const auto has_own = [&](const MaybeTensor& values) { return values && is_batched(*values, level); };
    if (has_own(norm.weight) || has_own(norm.bias)) return composed_row_norm(input, residual, norm);

    check_row_norm(RowNorm::name, input, residual, norm);
    const c10::SymInt size = batch_size(tensors, level);
    c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::FuncTorchBatched);
    // Groups want the samples' batches as one dimension, rows take any number of them.
    const auto joined = [&](const at::Tensor& tensor) {
      const at::Tensor physical = with_batch(tensor, level, size, tensor.dim());
      return norm.has_groups() ? physical.flatten(0, 1) : physical;
    };
    const auto wrapped = [&](const at::Tensor& result, std::vector<c10::SymInt> shape) {
      shape.insert(shape.begin(), size);
      return at::functorch::makeBatched(result.reshape_symint(shape), 0, level);
    };
    const std::vector<c10::SymInt> shape = input.sym_sizes().vec(), rows{row_count(input, norm)};
    const auto [output, sum, mean, variance] =
        call_row_norm(joined(input), residual ? MaybeTensor(joined(*residual)) : MaybeTensor(), norm);
    return {wrapped(output, shape), residual ? wrapped(sum, shape) : sum, wrapped(mean, rows), wrapped(variance, rows)};
  }

  static RowNormGradients backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                                   const at::Tensor&, const at::Tensor&, const RowNorm& norm) {
    return composed_row_norm_backward(grad_output, grad_sum, input, norm);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatched, m) { torchactiv::register_row_norm<torchactiv::RowNormVmap>(m); }
