#include "csrc/normalisation/checks.h"

#include <ATen/Functions.h>
#include <ATen/MemoryOverlap.h>
#include <ATen/TensorOperators.h>

#include "csrc/normalisation/batch_norm/batch_norm.h"

namespace torchactiv {

void check_channel_values(const char* function, const char* name, const at::Tensor& values, const at::Tensor& input) {
  const c10::SymInt channels = input.sym_size(1);
  TORCH_CHECK(values.dim() == 1 && values.sym_size(0) == channels, function, ": ", name, " of shape ",
              values.sym_sizes(), " must have one dimension of ", channels,
              " elements, the channels of input of shape ", input.sym_sizes());
  check_values(function, name, values, input);
}

void check_input(const at::Tensor& input, const BatchNorm& norm) {
  check_data(BatchNorm::name, input);
  TORCH_CHECK(input.dim() >= 2, BatchNorm::name, ": input must have at least 2 dimensions, of which the second counts ",
              "the channels, got shape ", input.sym_sizes());
  if (norm.weight) check_channel_values(BatchNorm::name, "weight", *norm.weight, input);
  if (norm.bias) check_channel_values(BatchNorm::name, "bias", *norm.bias, input);
  if (norm.residual) check_residual(BatchNorm::name, *norm.residual, input);
  check_eps(BatchNorm::name, norm.eps);
}

void check_in_place(const at::Tensor& input, const BatchNorm& norm) {
  at::assert_no_internal_overlap(input);
  if (norm.residual) at::assert_no_overlap(input, *norm.residual);
  TORCH_CHECK(!input.is_inference() || c10::InferenceMode::is_enabled(), BatchNorm::name, "_: input of shape ",
              input.sym_sizes(),
              " is an inference tensor: Inplace update to inference tensor outside InferenceMode is not allowed; "
              "clone() it first");
}

// An output is rounded to eps, so that the input is restored to eps |bias / weight|: to 12 bits, or 4 of a 16-bit type.
std::optional<std::int64_t> unrestorable_channel(at::ScalarType type, const BatchNorm& norm) {
  if (!norm.weight) return {};
  const double eps = type == at::kDouble     ? 0x1p-52
                     : type == at::kFloat    ? 0x1p-23
                     : type == at::kBFloat16 ? 0x1p-7
                                             : 0x1p-10;
  const double least_ratio = eps * (is_short(type) ? 8 : 4096);
  const auto doubles = [](const at::Tensor& t) { return t.detach().to(at::kDouble).contiguous(); };
  const at::Tensor weights = doubles(*norm.weight), biases = norm.bias ? doubles(*norm.bias) : at::Tensor();
  const double* const weight = weights.const_data_ptr<double>();
  const double* const bias = norm.bias ? biases.const_data_ptr<double>() : nullptr;
  for (std::int64_t channel = 0; channel < weights.numel(); ++channel) {
    const double least = bias ? std::abs(bias[channel]) * least_ratio : 0;
    if (std::abs(weight[channel]) < std::max<double>(least, std::numeric_limits<float>::min())) return channel;
  }
  return {};
}

void check_restorable(const at::Tensor& input, const BatchNorm& norm) {
  const std::optional<std::int64_t> channel = unrestorable_channel(input.scalar_type(), norm);
  if (!channel) return;
  TORCH_CHECK_VALUE(false, BatchNorm::name, ": with memory_efficient=True the input is restored from the output, for ",
                    "which weight[", *channel, "] = ", norm.weight->detach()[*channel].item<double>(),
                    " is too small beside its bias; memory_efficient=False keeps the input");
}

}  // namespace torchactiv
