#include "csrc/autograd/triple_backward.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorSubclassLikeUtils.h>
#include <c10/core/GradMode.h>

namespace torchactiv {
namespace {

constexpr std::int64_t block = 16384;  // elements, of which the tens of doubles that are calculated stay in the cache

Tensors composed(const Operator& op, Tensors tensors, ArgumentSpan arguments) {
  for (at::Tensor& tensor : tensors)
    if (tensor.defined() && tensor.is_cpu()) tensor = tensor.to(at::kDouble);
  return op.composite.triple_backward(op, tensors, arguments);
}

// Whether the tensors are elements beside each other and nothing else: no graph to record, no transform, no mode, and
// no parameters, which lie along a dimension.
bool is_divisible(const Operator& op, TensorSpan tensors, const at::Tensor& like) {
  if (op.has_parameters() || at::GradMode::is_enabled() || !like.is_cpu() || like.numel() <= block) return false;
  return std::all_of(tensors.begin(), tensors.end(), [&](const at::Tensor& tensor) {
    return !tensor.defined() || (!at::isTensorSubclassLike(tensor) && tensor.sizes() == like.sizes() &&
                                 tensor.layout() == at::kStrided && !tensor._fw_grad(0).defined());
  });
}

// Block by block: ATen's operators write and read each of their results as a whole.
Tensors by_blocks(const Operator& op, Tensors tensors, std::size_t first, ArgumentSpan arguments) {
  Tensors results;
  for (at::Tensor& tensor : tensors)
    if (tensor.defined()) tensor = tensor.detach().contiguous();
  for (std::size_t i = first; i < tensors.size(); ++i) results.push_back(at::empty_like(tensors[i]));
  const std::int64_t elements = tensors[first].numel();
  at::parallel_for(0, (elements + block - 1) / block, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::AutoDispatchBelowAutograd guard;  // threads know nothing of the caller's modes
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t from = i * block, n = std::min(block, elements - from);
      Tensors parts;
      for (const at::Tensor& tensor : tensors)
        parts.push_back(tensor.defined() ? tensor.view(-1).narrow(0, from, n) : at::Tensor());
      const Tensors found = composed(op, parts, arguments);
      for (std::size_t k = 0; k < results.size(); ++k) results[k].view(-1).narrow(0, from, n).copy_(found[k]);
    }
  });
  return results;
}

}  // namespace

// In doubles on CPU, as the kernel computes: between the composition's operators floats would lose digits, or overflow.
Tensors triple_backward(const Operator& op, TensorSpan gradients, TensorSpan tensors, ArgumentSpan arguments) {
  Tensors all(gradients.begin(), gradients.end());
  all.append(tensors.begin(), tensors.end());
  if (is_divisible(op, all, tensors[0])) return by_blocks(op, all, gradients.size(), arguments);
  Tensors results = composed(op, all, arguments);
  for (std::size_t i = 0; i < results.size(); ++i) results[i] = results[i].to(tensors[i].scalar_type());
  return results;
}

}  // namespace torchactiv
