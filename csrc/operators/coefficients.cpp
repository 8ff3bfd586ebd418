#include "csrc/operators/coefficients.h"

#include <ATen/Functions.h>

namespace torchactiv {

Counts counts_of(const Operator& op, TensorSpan inputs) {
  Counts counts{{}, static_cast<int>(inputs.size())};
  for (std::size_t i = 0; i < inputs.size(); ++i)
    counts.count[i] = op.is_coefficients(i) ? static_cast<int>(inputs[i].sym_size(0).guard_int(__FILE__, __LINE__)) : 1;
  return counts;
}

Tensors slices_of(const at::Tensor& coefficients) {
  Tensors slices;
  if (!coefficients.unsafeGetTensorImpl()->has_symbolic_sizes_strides()) {
    for (const at::Tensor& slice : coefficients.unbind(0)) slices.push_back(slice);
    return slices;
  }
  const std::int64_t count = coefficients.sym_size(0).guard_int(__FILE__, __LINE__);
  for (std::int64_t k = 0; k < count; ++k) slices.push_back(coefficients.select(0, k));
  return slices;
}

Tensors split_coefficients(const Operator& op, TensorSpan inputs) {
  Tensors all;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!op.is_coefficients(i)) {
      all.push_back(inputs[i]);
      continue;
    }
    const Tensors slices = slices_of(inputs[i]);
    all.append(slices.begin(), slices.end());
  }
  return all;
}

Tensors join_coefficients(const Operator& op, const Counts& counts, const Tensors& results, std::size_t first) {
  Tensors joined(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(first));
  auto next = results.begin() + static_cast<std::ptrdiff_t>(first);
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const auto end = next + counts.count[i];
    joined.push_back(op.is_coefficients(i) ? at::stack(std::vector<at::Tensor>(next, end)).contiguous() : *next);
    next = end;
  }
  return joined;
}

}  // namespace torchactiv
