#include "csrc/normalisation/checks.h"

#include <ATen/Functions.h>

#include "csrc/normalisation/batch_norm/batch_norm.h"
#include "csrc/normalisation/row_norm/row_norm.h"

namespace torchactiv {
namespace {

void check_scale(const char* function, const char* name, const at::Tensor& values, const at::Tensor& input,
                 c10::SymIntArrayRef shape) {
  TORCH_CHECK(values.sym_sizes() == shape, function, ": expected ", name, " of shape ", shape, ", got ",
              values.sym_sizes());
  check_values(function, name, values, input);
}

}  // namespace

void check_normalized_shape(const char* function, const at::Tensor& input, c10::SymIntArrayRef normalized_shape) {
  const auto count = static_cast<std::int64_t>(normalized_shape.size());
  TORCH_CHECK(count >= 1, function, ": expected normalized_shape to have at least one dimension, got ",
              normalized_shape);
  TORCH_CHECK(input.dim() >= count &&
                  input.sym_sizes().slice(static_cast<std::size_t>(input.dim() - count)) == normalized_shape,
              function, ": given normalized_shape=", normalized_shape,
              ", expected input with these last dimensions, but got input of size ", input.sym_sizes());
}

void check_groups(const at::Tensor& input, std::int64_t num_groups) {
  TORCH_CHECK(num_groups > 0, "group_norm_act: num_groups must be positive, got ", num_groups);
  TORCH_CHECK(input.dim() >= 2, "group_norm_act: expected input to have at least 2 dimensions, got shape ",
              input.sym_sizes());
  TORCH_CHECK(input.sym_size(1) % num_groups == 0,
              "group_norm_act: expected the number of channels in input to be divisible by num_groups, but got input "
              "of shape ",
              input.sym_sizes(), " and num_groups=", num_groups);
  TORCH_CHECK_VALUE(input.sym_numel() / num_groups != 1,
                    "group_norm_act: expected more than 1 value per group, got input of shape ", input.sym_sizes(),
                    " and num_groups=", num_groups);
}

void check_instances(const at::Tensor& input, const MaybeTensor& running_mean, const MaybeTensor& running_var,
                     bool use_input_stats) {
  TORCH_CHECK(input.dim() >= 3, "instance_norm_act: expected input to have at least 3 dimensions, got shape ",
              input.sym_sizes());
  check_running("instance_norm_act", running_mean, running_var, use_input_stats);
  if (running_mean) check_channel_values("instance_norm_act", "running_mean", *running_mean, input);
  if (running_var) check_channel_values("instance_norm_act", "running_var", *running_var, input);
  if (use_input_stats) {
    TORCH_CHECK_VALUE(c10::multiply_integers(input.sym_sizes().slice(2)) != 1,
                      "instance_norm_act: expected more than 1 spatial element when training, got input of shape ",
                      input.sym_sizes());
    return;
  }
  TORCH_CHECK(running_mean, "instance_norm_act: running_mean must be given if use_input_stats=False");
  TORCH_CHECK(running_var, "instance_norm_act: running_var must be given if use_input_stats=False");
}

void check_row_norm(const char* function, const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
  check_data(function, input);
  if (norm.has_groups()) {
    TORCH_CHECK(input.dim() >= 2 && input.sym_size(1) % norm.groups == 0, function, ": groups=", norm.groups,
                " do not divide the channels, the second dimension, of input of shape ", input.sym_sizes());
  } else {
    TORCH_CHECK(1 <= norm.dimensions && norm.dimensions <= input.dim(), function, ": dimensions=", norm.dimensions,
                " must be 1 to those of input of shape ", input.sym_sizes());
  }
  const c10::SymIntArrayRef shape = scale_shape(input, norm);
  if (norm.weight) check_scale(function, "weight", *norm.weight, input, shape);
  if (norm.bias) check_scale(function, "bias", *norm.bias, input, shape);
  check_eps(function, norm.eps);
  if (residual) check_residual(function, *residual, input);
}

void check_row_norm_backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                             const at::Tensor& mean, const at::Tensor& variance, const RowNorm& norm) {
  check_row_norm(RowNorm::name, input, {}, norm);
  check_gradient(RowNorm::name, "grad_output", grad_output, input);
  if (grad_sum) check_gradient(RowNorm::name, "grad_sum", *grad_sum, input);
  const c10::SymInt rows = row_count(input, norm);
  check_statistic(RowNorm::name, "mean", mean, rows, input);
  check_statistic(RowNorm::name, "variance", variance, rows, input);
}

}  // namespace torchactiv
