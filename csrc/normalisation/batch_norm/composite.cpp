// Dispatch key CompositeExplicitAutograd, for devices other than the CPU; and what higher derivatives, forward mode and
// vmap are of.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "csrc/normalisation/batch_norm/registration.h"
#include "csrc/normalisation/fused_activation.h"
#include "csrc/normalisation/in_units.h"

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
             const at::Tensor* fixed_variance = nullptr, bool in_units = false)
      : norm(norm),
        activation(FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments)),
        input(given.to(computed_type(given))) {
    mean = fixed_mean ? over_channels(*fixed_mean, input) : average(input);
    distance = input - mean;
    variance = fixed_variance ? over_channels(*fixed_variance, input) : average(distance * distance);
    if (in_units) {
      const InUnits found(distance, norm.eps, [&](const at::Tensor& x) { return average(x); });
      inverse = found.inverse, normalised = found.normalised;
    } else {
      inverse = (variance + norm.eps).rsqrt(), normalised = distance * inverse;
    }
    u = normalised;
    if (norm.weight) u = u * over_channels(*norm.weight, input);
    if (norm.bias) u = u + over_channels(*norm.bias, input);
    if (norm.residual) u = u + norm.residual->to(u.scalar_type());
  }

  at::Tensor average(const at::Tensor& x) const { return x.mean(reduced_dimensions(x), true); }
  at::Tensor sum(const at::Tensor& x) const { return x.sum(reduced_dimensions(x)); }
  at::Tensor scaled(const at::Tensor& gradient) const {
    return norm.weight ? gradient * over_channels(*norm.weight, input) : gradient;
  }
  at::Tensor output(at::ScalarType type) const { return activation.forward(u).to(type); }

  // Of all that has one, from those of the input and of u.
  FourTensors gradients(const at::Tensor& of_input, const at::Tensor& of_u, at::ScalarType type) const {
    const auto type_of = [&](const MaybeTensor& values) {
      return values ? values->scalar_type() : input.scalar_type();
    };
    return {of_input.to(type), norm.residual ? of_u.to(type) : at::empty({0}, input.options().dtype(type)),
            sum(of_u * normalised).to(type_of(norm.weight)), sum(of_u).to(type_of(norm.bias))};
  }
};

}  // namespace

ThreeTensors composed_training(const at::Tensor& input, const BatchNorm& norm) {
  check_input(input, norm);
  const Normalised n(input, norm);
  return {n.output(input.scalar_type()), n.mean.detach().flatten().to(at::kDouble),
          n.variance.detach().flatten().to(at::kDouble)};
}

FourTensors composed_training_backward(const at::Tensor& grad_output, const at::Tensor& input, const BatchNorm& norm) {
  check_input(input, norm);
  const Normalised n(input, norm, nullptr, nullptr, true);
  const at::Tensor of_u = n.activation.backward(grad_output.to(n.u.scalar_type()), n.u), g = n.scaled(of_u);
  const at::Tensor of_input = n.inverse * (g - n.average(g) - n.normalised * n.average(g * n.normalised));
  return n.gradients(of_input, of_u, input.scalar_type());
}

at::Tensor composed_inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm) {
  check_input(input, norm);
  check_statistics(input, mean, variance);
  return Normalised(input, norm, &mean, &variance).output(input.scalar_type());
}

FourTensors composed_inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                        const at::Tensor& variance, const BatchNorm& norm) {
  check_input(input, norm);
  check_statistics(input, mean, variance);
  const Normalised n(input, norm, &mean, &variance);
  const at::Tensor of_u = n.activation.backward(grad_output.to(n.u.scalar_type()), n.u);
  return n.gradients(n.scaled(of_u) * n.inverse, of_u, input.scalar_type());
}

namespace {

struct BatchNormComposite {
  static constexpr auto training = composed_training;
  static constexpr auto inference = composed_inference;
  static FourTensors training_backward(const at::Tensor& grad_output, const at::Tensor& data, const at::Tensor&,
                                       const at::Tensor& variance, const BatchNorm& norm) {
    return composed_training_backward(grad_output, input_of(data, variance, norm), norm);
  }
  static FourTensors inference_backward(const at::Tensor& grad_output, const at::Tensor& data, const at::Tensor& mean,
                                        const at::Tensor& variance, const BatchNorm& norm) {
    return composed_inference_backward(grad_output, input_of(data, variance, norm), mean, variance, norm);
  }
  static MeanAndVariance moments(const at::Tensor& input) {
    const auto [output, mean, variance] =
        composed_training(input.detach(), {std::nullopt, std::nullopt, std::nullopt, 1, "identity", {}});
    return {mean, variance};
  }
  static at::Tensor restore(const at::Tensor& output, const at::Tensor& variance, const BatchNorm& norm) {
    const FusedActivation activation = FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments);
    at::Tensor u = activation.inverse(output.to(computed_type(output)));
    if (norm.residual) u = u - norm.residual->to(u.scalar_type());
    if (norm.bias) u = u - over_channels(*norm.bias, u);
    if (norm.weight) u = u / over_channels(*norm.weight, u);
    return (u * (over_channels(variance, u) + norm.eps).sqrt()).to(output.scalar_type());
  }
  static MeanAndVariance training_in_place(const at::Tensor& input, const BatchNorm& norm) {
    const auto [output, mean, variance] = composed_training(input, norm);
    input.copy_(output);
    return {mean, variance};
  }
  static void inference_in_place(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                 const BatchNorm& norm) {
    input.copy_(composed_inference(input, mean, variance, norm));
  }

 private:
  // Less its mean, where the data are the output.
  static at::Tensor input_of(const at::Tensor& data, const at::Tensor& variance, const BatchNorm& norm) {
    const bool is_output =
        norm.memory_efficient &&
        FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments).is_restorable(data.scalar_type());
    return is_output ? restore(data, variance, norm) : data;
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CompositeExplicitAutograd, m) {
  torchactiv::register_batch_norm<torchactiv::BatchNormComposite>(m);
  torchactiv::register_batch_norm_in_place<torchactiv::BatchNormComposite>(m);
}
TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatched, m) {
  torchactiv::register_batch_norm<torchactiv::BatchNormComposite>(m);
  torchactiv::register_batch_norm_in_place<torchactiv::BatchNormComposite>(m);
}
