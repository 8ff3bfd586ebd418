// Dispatch key CompositeExplicitAutograd, for devices other than the CPU; and what higher derivatives, forward mode and
// vmap are of.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "csrc/normalisation/fused_activation.h"
#include "csrc/normalisation/registration.h"

namespace torchactiv {
namespace {

// All dimensions but the channels'.
std::vector<std::int64_t> reduced_dimensions(const at::Tensor& input) {
  std::vector<std::int64_t> dimensions{0};
  for (std::int64_t d = 2; d < input.dim(); ++d) dimensions.push_back(d);
  return dimensions;
}

// One-dimensional values as they broadcast over the channels.
at::Tensor over_channels(const at::Tensor& values, const at::Tensor& input) {
  at::Tensor result = values.to(computed_type(input));
  for (std::int64_t d = 2; d < input.dim(); ++d) result = result.unsqueeze(-1);
  return result;
}

struct Normalised {
  const BatchNorm& norm;
  FusedActivation activation;
  at::Tensor input, mean, variance, inverse, distance, normalised, u;

  // With the mean and the variance of the batch where none are given.
  Normalised(const at::Tensor& given, const BatchNorm& norm, const at::Tensor* fixed_mean = nullptr,
             const at::Tensor* fixed_variance = nullptr)
      : norm(norm),
        activation(FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments)),
        input(given.to(computed_type(given))) {
    mean = fixed_mean ? over_channels(*fixed_mean, input) : average(input);
    distance = input - mean;
    variance = fixed_variance ? over_channels(*fixed_variance, input) : average(distance * distance);
    inverse = (variance + norm.eps).rsqrt();
    normalised = distance * inverse;
    u = normalised;
    if (norm.weight) u = u * over_channels(*norm.weight, input);
    if (norm.bias) u = u + over_channels(*norm.bias, input);
  }

  at::Tensor average(const at::Tensor& x) const { return x.mean(reduced_dimensions(x), true); }
  at::Tensor sum(const at::Tensor& x) const { return x.sum(reduced_dimensions(x)); }
  at::Tensor scaled(const at::Tensor& gradient) const {
    return norm.weight ? gradient * over_channels(*norm.weight, input) : gradient;
  }
  at::Tensor output(at::ScalarType type) const { return activation.forward(u).to(type); }

  // of the results u: the gradients of weight and bias, with that of the input in front
  ThreeTensors gradients(const at::Tensor& of_input, const at::Tensor& of_u, at::ScalarType type) const {
    const auto type_of = [&](const MaybeTensor& values) {
      return values ? values->scalar_type() : input.scalar_type();
    };
    return {of_input.to(type), sum(of_u * normalised).to(type_of(norm.weight)), sum(of_u).to(type_of(norm.bias))};
  }
};

}  // namespace

ThreeTensors composed_training(const at::Tensor& input, const BatchNorm& norm) {
  check_input(input, norm);
  const Normalised n(input, norm);
  return {n.output(input.scalar_type()), n.mean.detach().flatten().to(at::kDouble),
          n.variance.detach().flatten().to(at::kDouble)};
}

ThreeTensors composed_training_backward(const at::Tensor& grad_output, const at::Tensor& input, const BatchNorm& norm) {
  check_input(input, norm);
  const Normalised n(input, norm);
  const at::Tensor of_u = n.activation.backward(grad_output.to(n.u.scalar_type()), n.u), g = n.scaled(of_u);
  const at::Tensor of_input = n.inverse * (g - n.average(g) - n.normalised * n.average(g * n.normalised));
  return n.gradients(of_input, of_u, input.scalar_type());
}

at::Tensor composed_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm) {
  check_input(input, norm);
  return Normalised(input, norm, &mean, &variance).output(input.scalar_type());
}

ThreeTensors composed_inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                         const at::Tensor& variance, const BatchNorm& norm) {
  check_input(input, norm);
  const Normalised n(input, norm, &mean, &variance);
  const at::Tensor of_u = n.activation.backward(grad_output.to(n.u.scalar_type()), n.u);
  return n.gradients(n.scaled(of_u) * n.inverse, of_u, input.scalar_type());
}

namespace {

struct BatchNormComposite {
  static constexpr auto training = composed_training;
  static constexpr auto inference = composed_inference;
  static constexpr auto inference_backward = composed_inference_backward;
  static ThreeTensors training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor&,
                                        const at::Tensor&, const BatchNorm& norm) {
    return composed_training_backward(grad_output, input, norm);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CompositeExplicitAutograd, m) {
  torchactiv::register_batch_norm<torchactiv::BatchNormComposite>(m);
}
TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatched, m) {
  torchactiv::register_batch_norm<torchactiv::BatchNormComposite>(m);
}
