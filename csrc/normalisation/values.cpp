#include "csrc/normalisation/values.h"

#include <ATen/Functions.h>

#include "csrc/normalisation/checks.h"

namespace torchactiv {

std::vector<double> values_of(const at::Tensor& tensor) {
  const at::Tensor doubles = tensor.to(at::kDouble).contiguous();
  const double* const begin = doubles.const_data_ptr<double>();
  return {begin, begin + doubles.numel()};
}

at::Tensor tensor_of(const std::vector<double>& values, const at::Tensor& like, at::ScalarType type) {
  const at::Tensor doubles = at::empty({static_cast<std::int64_t>(values.size())}, like.options().dtype(at::kDouble));
  std::copy(values.begin(), values.end(), doubles.mutable_data_ptr<double>());
  return doubles.to(type);
}

void update_running(const at::Tensor& running, const at::Tensor& value, double momentum) {
  running.mul_(1 - momentum).add_(value.to(running.scalar_type()), momentum);
}

namespace {

bool are_promoted(const at::Tensor& input, const MaybeTensor& residual) {
  const auto fits_float = [](const at::Tensor& t) {
    return is_short(t.scalar_type()) || t.scalar_type() == at::kFloat;
  };
  return residual && residual->scalar_type() != input.scalar_type() && fits_float(input) && fits_float(*residual);
}

}  // namespace

std::pair<at::Tensor, MaybeTensor> promoted(const at::Tensor& input, const MaybeTensor& residual) {
  if (!are_promoted(input, residual)) return {input, residual};
  const at::ScalarType type = c10::promoteTypes(input.scalar_type(), residual->scalar_type());
  return {input.to(type), residual->to(type)};
}

MaybeTensor demoted(const at::Tensor& input, const MaybeTensor& residual) {
  return are_promoted(input, residual) ? residual->to(input.scalar_type()) : residual;
}

MaybeTensor promoted_with(const at::Tensor& x, const at::Tensor& input, const MaybeTensor& values) {
  if (!values || values->scalar_type() != input.scalar_type()) return values;
  return values->to(x.scalar_type());
}

at::Tensor like(const at::Tensor& tensor, const at::Tensor& x) {
  if (tensor.scalar_type() == x.scalar_type() && tensor.strides() == x.strides()) return tensor;
  return at::empty_like(x).copy_(tensor);
}

}  // namespace torchactiv
