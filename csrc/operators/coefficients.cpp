#include "csrc/operators/coefficients.h"

#include <ATen/Functions.h>

namespace torchactiv {

Counts counts_of(const Operator& op, TensorSpan inputs) {
  Counts counts{{}, static_cast<int>(inputs.size())};
  for (std::size_t i = 0; i < inputs.size(); ++i)
    counts.count[i] = op.is_coefficients(i) ? static_cast<int>(inputs[i].size(0)) : 1;
  return counts;
}

Tensors split_coefficients(const Operator& op, TensorSpan inputs) {
  Tensors all;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!op.is_coefficients(i)) {
      all.push_back(inputs[i]);
      continue;
    }
    const std::vector<at::Tensor> slices = inputs[i].unbind(0);
    all.append(slices.begin(), slices.end());
  }
  return all;
}

Tensors join_coefficients(const Operator& op, const Counts& counts, const Tensors& results, std::size_t first) {
  Tensors joined(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(first));
  auto next = results.begin() + static_cast<std::ptrdiff_t>(first);
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const auto end = next + counts.count[i];
    joined.push_back(op.is_coefficients(i) ? at::stack(std::vector<at::Tensor>(next, end)) : *next);
    next = end;
  }
  return joined;
}

}  // namespace torchactiv
