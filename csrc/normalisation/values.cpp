#include "csrc/normalisation/values.h"

#include <ATen/Functions.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

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

namespace {

// Whether a call with it, here and now, is a kernel's of the CPU, and nobody follows it but autograd.
bool is_computed_here(const at::Tensor& tensor) {
  constexpr c10::DispatchKeySet kernels({c10::DispatchKey::CPU, c10::DispatchKey::BackendSelect,
                                         c10::DispatchKey::ADInplaceOrView, c10::DispatchKey::AutogradCPU,
                                         c10::DispatchKey::AutocastCPU});
  const c10::impl::LocalDispatchKeySet local = c10::impl::tls_local_dispatch_key_set();
  const c10::DispatchKeySet followed = (tensor.key_set() | local.included_) - local.excluded_;
  return (followed - kernels).highestFunctionalityKey() == c10::DispatchKey::Undefined;
}

template <class T>
void average(const at::Tensor& running, const at::Tensor& value, double kept, double added) {
  T* const to = running.mutable_data_ptr<T>();
  const double* const from = value.const_data_ptr<double>();
  for (std::int64_t i = 0; i < running.numel(); ++i)
    to[i] = static_cast<T>(static_cast<double>(to[i]) * kept + from[i] * added);
}

}  // namespace

// Not by lerp_, of which the difference overflows; and, of few channels, each call of ATen takes longer than all of it.
void update_running(const at::Tensor& running, const at::Tensor& value, double momentum, const c10::SymFloat& factor) {
  const at::ScalarType type = running.scalar_type();
  if (!(is_computed_here(running) && is_computed_here(value) && !running.is_inference() && running.is_contiguous() &&
        value.is_contiguous() && value.sizes() == running.sizes() && value.scalar_type() == at::kDouble &&
        (type == at::kFloat || type == at::kDouble))) {
    running.mul_(1 - momentum).add_((value * factor).to(type), momentum);
    return;
  }
  const double added = momentum * factor.guard_float(__FILE__, __LINE__);
  (type == at::kFloat ? average<float> : average<double>)(running, value, 1 - momentum, added);
  running.unsafeGetTensorImpl()->bump_version();
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
