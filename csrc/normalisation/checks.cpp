#include "csrc/normalisation/checks.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include "csrc/operators/checks.h"

namespace torchactiv {
namespace {

void check_device(const char* function, const char* name, const at::Tensor& tensor, const at::Tensor& input) {
  TORCH_CHECK(tensor.device() == input.device(), function,
              ": expected all tensors to be on the same device, but input is on ", input.device(), " and ", name,
              " is on ", tensor.device());
}

}  // namespace

void check_data(const char* function, const at::Tensor& input) {
  TORCH_CHECK(input.defined(), function, ": input is an undefined tensor");
  const at::ScalarType type = input.scalar_type();
  TORCH_CHECK_NOT_IMPLEMENTED(is_supported(type), "\"", function, "\" not implemented for '", type,
                              "': input must be a tensor of dtype float32, float64, bfloat16 or float16");
  TORCH_CHECK_NOT_IMPLEMENTED(input.layout() == at::kStrided, function, ": input must be a dense tensor, got layout ",
                              input.layout());
}

void check_values(const char* function, const char* name, const at::Tensor& values, const at::Tensor& input) {
  const bool fits = values.scalar_type() == input.scalar_type() ||
                    (at::isReducedFloatingType(input.scalar_type()) && values.scalar_type() == at::kFloat);
  TORCH_CHECK(fits, function, ": ", name, " is ", values.scalar_type(), ", but must have the dtype of input, ",
              input.scalar_type(), at::isReducedFloatingType(input.scalar_type()) ? ", or Float" : "");
  check_device(function, name, values, input);
}

void check_residual(const char* function, const at::Tensor& residual, const at::Tensor& input) {
  TORCH_CHECK(residual.sym_sizes() == input.sym_sizes(), function, ": residual of shape ", residual.sym_sizes(),
              " must have the shape of input, ", input.sym_sizes());
  TORCH_CHECK(residual.scalar_type() == input.scalar_type(), function, ": residual is ", residual.scalar_type(),
              ", but must have the dtype of input, ", input.scalar_type());
  check_device(function, "residual", residual, input);
}

void check_running(const char* function, const MaybeTensor& mean, const MaybeTensor& variance, bool updated) {
  TORCH_CHECK_VALUE(!updated || mean.has_value() == variance.has_value(), function, ": running_mean and running_var ",
                    "must either both be None or neither be None, got only ", mean ? "running_mean" : "running_var");
  if (!at::GradMode::is_enabled()) return;
  const auto check = [&](const char* name, const MaybeTensor& statistic) {
    TORCH_CHECK(!statistic || !statistic->requires_grad(), function, " is not differentiable with respect to argument ",
                "'", name, "'; it must not require grad, got shape ", statistic->sym_sizes());
  };
  check("running_mean", mean);
  check("running_var", variance);
}

void check_eps(const char* function, double eps) {
  TORCH_CHECK_VALUE(eps >= 0, function, ": eps must be non-negative, got ", eps);
}

void check_gradient(const char* function, const char* name, const at::Tensor& gradient, const at::Tensor& input) {
  check_kind_of_gradient(function, name, gradient, input);
  TORCH_CHECK(gradient.sym_sizes() == input.sym_sizes(), function, "_backward: ", name, " of shape ",
              gradient.sym_sizes(), " must have the shape of input, ", input.sym_sizes());
}

void check_statistic(const char* function, const char* name, const at::Tensor& values, const c10::SymInt& count,
                     const at::Tensor& input) {
  TORCH_CHECK(values.dim() == 1 && values.sym_size(0) == count && values.is_floating_point(), function, ": ", name,
              " of shape ", values.sym_sizes(), " and ", values.scalar_type(), " must have one dimension of ", count,
              " floating-point numbers");
  check_device(function, name, values, input);
}

}  // namespace torchactiv
