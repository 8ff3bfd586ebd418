#include "csrc/normalisation/checks.h"

#include <ATen/Functions.h>
#include <ATen/MemoryOverlap.h>
#include <ATen/TensorOperators.h>

#include <cmath>

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

void check_statistics(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance) {
  check_statistic(BatchNorm::name, "variance", variance, input.sym_size(1), input);
  check_statistic(BatchNorm::name, "mean", mean, input.sym_size(1), input);
}

void check_in_place(const at::Tensor& input, const BatchNorm& norm) {
  at::assert_no_internal_overlap(input);
  const auto has_sizes = [](const at::Tensor& t) { return !t.unsafeGetTensorImpl()->has_symbolic_sizes_strides(); };
  if (norm.residual && has_sizes(input) && has_sizes(*norm.residual)) at::assert_no_overlap(input, *norm.residual);
  TORCH_CHECK(!input.is_inference() || c10::InferenceMode::is_enabled(), BatchNorm::name, "_: input of shape ",
              input.sym_sizes(),
              " is an inference tensor: Inplace update to inference tensor outside InferenceMode is not allowed; "
              "clone() it first");
}

namespace {

// In the order of memory, where it is read at the speed of memory: the norm takes ten times as long.
double largest_magnitude(const at::Tensor& tensor) {
  if (tensor.numel() == 0) return 0;
  const bool is_dense = tensor.is_non_overlapping_and_dense();
  const auto [least, largest] = at::aminmax(is_dense ? tensor.as_strided({tensor.numel()}, {1}) : tensor);
  return std::max(-least.item<double>(), largest.item<double>());
}

}  // namespace

// An output is rounded to eps, so that the input is restored to eps |b / weight|, where b is the bias, a shortcut that
// was added, or f(0) / f'(0): to 12 bits, or 4 of a 16-bit type.
std::optional<std::int64_t> unrestorable_channel(const at::Tensor& input, const BatchNorm& norm) {
  if (!norm.weight && !norm.bias && !norm.residual) return {};
  const at::ScalarType type = input.scalar_type();
  const double eps = type == at::kDouble     ? 0x1p-52
                     : type == at::kFloat    ? 0x1p-23
                     : type == at::kBFloat16 ? 0x1p-7
                                             : 0x1p-10;
  const double least_ratio = eps * (at::isReducedFloatingType(type) ? 8 : 4096);
  const double offset =
      std::abs(FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments).offset_of_zero());
  const double added = std::max(norm.residual ? largest_magnitude(norm.residual->detach()) : 0, offset);
  const std::vector<double> weights =
      norm.weight ? values_of(norm.weight->detach()) : std::vector<double>(static_cast<std::size_t>(input.size(1)), 1);
  const std::vector<double> biases = norm.bias ? values_of(norm.bias->detach()) : std::vector<double>(weights.size());
  for (std::size_t channel = 0; channel < weights.size(); ++channel) {
    const double least = std::max(std::abs(biases[channel]), added) * least_ratio;
    if (std::abs(weights[channel]) < std::max<double>(least, std::numeric_limits<float>::min()))
      return static_cast<std::int64_t>(channel);
  }
  return {};
}

void check_restorable(const at::Tensor& input, const BatchNorm& norm) {
  const std::optional<std::int64_t> channel = unrestorable_channel(input, norm);
  if (!channel) return;
  TORCH_CHECK_VALUE(false, BatchNorm::name, ": with memory_efficient=True the input is restored from the output, for ",
                    "which weight[", *channel, "] = ", norm.weight ? norm.weight->detach()[*channel].item<double>() : 1,
                    " is too small beside its bias, the residual or what ", norm.activation,
                    " is at 0; memory_efficient=False keeps the input");
}

}  // namespace torchactiv
