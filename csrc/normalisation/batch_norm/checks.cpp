#include <ATen/Functions.h>
#include <ATen/MemoryOverlap.h>
#include <ATen/TensorOperators.h>

#include "csrc/normalisation/batch_norm/batch_norm.h"

namespace torchactiv {
namespace {

bool is_short(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

void check_residual(const at::Tensor& residual, const at::Tensor& input) {
  TORCH_CHECK(residual.sym_sizes() == input.sym_sizes(), BatchNorm::name, ": residual of shape ", residual.sym_sizes(),
              " must have the shape of input, ", input.sym_sizes());
  TORCH_CHECK(residual.scalar_type() == input.scalar_type(), BatchNorm::name, ": residual is ", residual.scalar_type(),
              ", but must have the dtype of input, ", input.scalar_type());
  TORCH_CHECK(residual.device() == input.device(), BatchNorm::name,
              ": expected all tensors to be on the same device, but input is on ", input.device(),
              " and residual is on ", residual.device());
}

}  // namespace

void check_channel_values(const char* name, const at::Tensor& values, const at::Tensor& input) {
  const c10::SymInt channels = input.sym_size(1);
  TORCH_CHECK(values.dim() == 1 && values.sym_size(0) == channels, BatchNorm::name, ": ", name, " of shape ",
              values.sym_sizes(), " must have one dimension of ", channels,
              " elements, the channels of input of shape ", input.sym_sizes());
  const bool fits = values.scalar_type() == input.scalar_type() ||
                    (is_short(input.scalar_type()) && values.scalar_type() == at::kFloat);
  TORCH_CHECK(fits, BatchNorm::name, ": ", name, " is ", values.scalar_type(), ", but must have the dtype of input, ",
              input.scalar_type(), is_short(input.scalar_type()) ? ", or Float" : "");
  TORCH_CHECK(values.device() == input.device(), BatchNorm::name,
              ": expected all tensors to be on the same device, but input is on ", input.device(), " and ", name,
              " is on ", values.device());
}

void check_input(const at::Tensor& input, const BatchNorm& norm) {
  const at::ScalarType type = input.scalar_type();
  TORCH_CHECK_NOT_IMPLEMENTED(type == at::kFloat || type == at::kDouble || is_short(type), "\"", BatchNorm::name,
                              "\" not implemented for '", type,
                              "': input must be a tensor of dtype float32, float64, bfloat16 or float16");
  TORCH_CHECK_NOT_IMPLEMENTED(input.layout() == at::kStrided, BatchNorm::name,
                              ": input must be a dense tensor, got layout ", input.layout());
  TORCH_CHECK(input.dim() >= 2, BatchNorm::name, ": input must have at least 2 dimensions, of which the second counts ",
              "the channels, got shape ", input.sym_sizes());
  if (norm.weight) check_channel_values("weight", *norm.weight, input);
  if (norm.bias) check_channel_values("bias", *norm.bias, input);
  if (norm.residual) check_residual(*norm.residual, input);
  TORCH_CHECK_VALUE(norm.eps >= 0, BatchNorm::name, ": eps must be non-negative, got ", norm.eps);
}

void check_in_place(const at::Tensor& input) {
  at::assert_no_internal_overlap(input);
  TORCH_CHECK(!input.is_inference() || c10::InferenceMode::is_enabled(), BatchNorm::name, "_: input of shape ",
              input.sym_sizes(),
              " is an inference tensor: Inplace update to inference tensor outside InferenceMode is not allowed; "
              "clone() it first");
}

// An output is rounded to eps, so that the input is restored to eps |bias / weight|: to 12 bits, or 4 of a 16-bit type.
void check_restorable(const at::Tensor& input, const BatchNorm& norm) {
  if (!norm.weight) return;
  const double eps = input.scalar_type() == at::kDouble     ? 0x1p-52
                     : input.scalar_type() == at::kFloat    ? 0x1p-23
                     : input.scalar_type() == at::kBFloat16 ? 0x1p-7
                                                            : 0x1p-10;
  const at::Tensor weight = norm.weight->detach().to(at::kDouble).abs();
  at::Tensor least = at::full_like(weight, std::numeric_limits<float>::min());
  if (norm.bias)
    least = at::maximum(least,
                        norm.bias->detach().to(at::kDouble).abs() * (eps * (is_short(input.scalar_type()) ? 8 : 4096)));
  const at::Tensor small = (weight < least).nonzero();
  if (small.numel() == 0) return;
  const std::int64_t channel = small[0].item<std::int64_t>();
  TORCH_CHECK_VALUE(false, BatchNorm::name, ": with memory_efficient=True the input is restored from the output, for ",
                    "which weight[", channel, "] = ", norm.weight->detach()[channel].item<double>(),
                    " is too small beside its bias; memory_efficient=False keeps the input");
}

}  // namespace torchactiv
