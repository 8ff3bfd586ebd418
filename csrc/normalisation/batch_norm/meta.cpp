// Dispatch key Meta.
#include <ATen/Functions.h>

#include "csrc/normalisation/batch_norm/registration.h"
#include "csrc/normalisation/checks.h"
#include "csrc/normalisation/fused_activation.h"

namespace torchactiv {
namespace {

at::Tensor channel_values(const at::Tensor& input, at::ScalarType type) {
  return at::empty_symint({input.sym_size(1)}, input.options().dtype(type));
}

void check(const at::Tensor& input, const BatchNorm& norm) {
  check_input(input, norm);
  FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments);
}

struct Meta {
  static ThreeTensors training(const at::Tensor& input, const BatchNorm& norm) {
    check(input, norm);
    return {at::empty_like(input), channel_values(input, at::kDouble), channel_values(input, at::kDouble)};
  }
  static MeanAndVariance training_in_place(const at::Tensor& input, const BatchNorm& norm) {
    check(input, norm);
    return {channel_values(input, at::kDouble), channel_values(input, at::kDouble)};
  }
  static at::Tensor inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm) {
    check(input, norm);
    check_statistics(input, mean, variance);
    return at::empty_like(input);
  }
  static void inference_in_place(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                 const BatchNorm& norm) {
    check(input, norm);
    check_statistics(input, mean, variance);
  }
  static FourTensors training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                       const at::Tensor& variance, const BatchNorm& norm) {
    check(input, norm);
    check_statistics(input, mean, variance);
    check_gradient(BatchNorm::name, "grad_output", grad_output, input);
    const auto gradient = [&](const MaybeTensor& of) {
      return channel_values(input, of ? of->scalar_type() : computed_type(input));
    };
    return {at::empty_like(input), norm.residual ? at::empty_like(input) : at::empty({0}, input.options()),
            gradient(norm.weight), gradient(norm.bias)};
  }
  static constexpr auto inference_backward = training_backward;
  static MeanAndVariance moments(const at::Tensor& input) {
    return {channel_values(input, at::kDouble), channel_values(input, at::kDouble)};
  }
  static at::Tensor restore(const at::Tensor& output, const at::Tensor& variance, const BatchNorm& norm) {
    check(output, norm);
    check_statistics(output, variance, variance);
    return at::empty_like(output);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, Meta, m) {
  torchactiv::register_batch_norm<torchactiv::Meta>(m);
  torchactiv::register_batch_norm_in_place<torchactiv::Meta>(m);
}
