#include <ATen/Functions.h>

#include "csrc/normalisation/row_norm/row_norm.h"

namespace torchactiv {

RowLayout row_layout(const at::Tensor& input, const RowNorm& norm) {
  const at::IntArrayRef sizes = input.sizes();
  if (norm.has_groups()) return {sizes[0], norm.groups, sizes[1] / norm.groups, c10::multiply_integers(sizes.slice(2))};
  const auto leading = sizes.size() - static_cast<std::size_t>(norm.dimensions);
  return {c10::multiply_integers(sizes.slice(0, leading)), 1, c10::multiply_integers(sizes.slice(leading)), 1};
}

c10::SymInt row_count(const at::Tensor& input, const RowNorm& norm) {
  const c10::SymIntArrayRef sizes = input.sym_sizes();
  if (norm.has_groups()) return sizes[0] * norm.groups;
  return c10::multiply_integers(sizes.slice(0, sizes.size() - static_cast<std::size_t>(norm.dimensions)));
}

c10::SymIntArrayRef scale_shape(const at::Tensor& input, const RowNorm& norm) {
  const c10::SymIntArrayRef sizes = input.sym_sizes();
  return norm.has_groups() ? sizes.slice(1, 1) : sizes.slice(sizes.size() - static_cast<std::size_t>(norm.dimensions));
}

at::Tensor row_norm_result(const at::Tensor& input, const RowNorm& norm) {
  const at::MemoryFormat format = norm.has_groups() ? input.suggest_memory_format() : at::MemoryFormat::Contiguous;
  return at::empty_symint(input.sym_sizes(), input.options(), format);
}

}  // namespace torchactiv
