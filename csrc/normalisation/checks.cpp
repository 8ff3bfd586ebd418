#include <ATen/Functions.h>

#include "csrc/normalisation/batch_norm.h"

namespace torchactiv {
namespace {

bool is_short(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

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
  TORCH_CHECK_VALUE(norm.eps >= 0, BatchNorm::name, ": eps must be non-negative, got ", norm.eps);
}

}  // namespace torchactiv
