#include "csrc/normalisation/values.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "csrc/operators/checks.h"

namespace torchactiv {

// Few numbers are copied here rather than by calls of ATen, each of which takes longer than they do.
std::vector<double> values_of(const at::Tensor& tensor) {
  const bool is_float = tensor.scalar_type() == at::kFloat;
  const at::Tensor dense = (is_float ? tensor : tensor.to(at::kDouble)).contiguous();
  const auto copied = [&](const auto* begin) { return std::vector<double>(begin, begin + dense.numel()); };
  return is_float ? copied(dense.const_data_ptr<float>()) : copied(dense.const_data_ptr<double>());
}

at::Tensor tensor_of(const std::vector<double>& values, const at::Tensor& like, at::ScalarType type) {
  const at::ScalarType copied = type == at::kFloat ? at::kFloat : at::kDouble;
  const at::Tensor result = at::empty({static_cast<std::int64_t>(values.size())}, like.options().dtype(copied));
  if (copied == at::kFloat)
    std::transform(values.begin(), values.end(), result.mutable_data_ptr<float>(),
                   [](double value) { return static_cast<float>(value); });
  else
    std::copy(values.begin(), values.end(), result.mutable_data_ptr<double>());
  return result.to(type);
}

void update_running(const at::Tensor& running, const at::Tensor& value, double momentum) {
  running.mul_(1 - momentum).add_(value.to(running.scalar_type()), momentum);  // of lerp_ the difference overflows
}

namespace {

bool are_promoted(const at::Tensor& input, const MaybeTensor& residual) {
  const auto fits_float = [](const at::Tensor& t) {
    return is_supported(t.scalar_type()) && t.scalar_type() != at::kDouble;
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
