// Dispatch key CompositeExplicitAutograd, for devices other than the CPU; and what higher derivatives, forward mode,
// and vmap where samples have weights of their own are of.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "csrc/normalisation/fused_activation.h"
#include "csrc/normalisation/in_units.h"
#include "csrc/normalisation/row_norm/registration.h"

namespace torchactiv {
namespace {

struct Normalised {
  const RowNorm& norm;
  FusedActivation activation;
  at::Tensor input, mean, variance, inverse, normalised, u;  // the first ones as they broadcast against rows

  Normalised(const at::Tensor& given, const RowNorm& norm, bool in_units = false)
      : norm(norm),
        activation(FusedActivation::find(RowNorm::name, norm.activation, norm.arguments)),
        input(given.to(computed_type(given))) {
    const at::Tensor rows = as_rows(input);
    mean = norm.centred ? average(rows) : at::zeros_like(average(rows));
    const at::Tensor distance = norm.centred ? rows - mean : rows;
    if (in_units) {
      const InUnits found(distance, norm.eps, [&](const at::Tensor& x) { return average(x); });
      inverse = found.inverse, normalised = found.normalised;
    } else {
      variance = average(distance * distance);
      inverse = (variance + norm.eps).rsqrt(), normalised = distance * inverse;
    }
    normalised = normalised.reshape_symint(input.sym_sizes());
    u = normalised;
    if (norm.weight) u = u * over_input(*norm.weight);
    if (norm.bias) u = u + over_input(*norm.bias);
  }

  // Of which the dimensions of `reduced` are normalised.
  at::Tensor as_rows(const at::Tensor& x) const {
    if (!norm.has_groups()) return x;
    const c10::SymInt length = c10::multiply_integers(x.sym_sizes().slice(1)) / norm.groups;
    return x.reshape_symint({x.sym_size(0), norm.groups, length});  // not -1, which nothing tells of an empty batch
  }
  std::vector<std::int64_t> reduced() const {
    if (norm.has_groups()) return {-1};
    std::vector<std::int64_t> dimensions;
    for (std::int64_t d = 1; d <= norm.dimensions; ++d) dimensions.push_back(-d);
    return dimensions;
  }
  at::Tensor average(const at::Tensor& rows) const { return rows.mean(reduced(), true); }
  at::Tensor over_input(const at::Tensor& values) const {
    at::Tensor result = values.to(input.scalar_type());
    for (std::int64_t d = 2; norm.has_groups() && d < input.dim(); ++d) result = result.unsqueeze(-1);
    return result;
  }
  at::Tensor scaled(const at::Tensor& gradient) const {
    return norm.weight ? gradient * over_input(*norm.weight) : gradient;
  }

  // Over all that shares a weight.
  at::Tensor sum(const at::Tensor& gradient, const MaybeTensor& of) const {
    std::vector<std::int64_t> dimensions;
    for (std::int64_t d = 0; d < input.dim(); ++d)
      if (norm.has_groups() ? d != 1 : d < input.dim() - norm.dimensions) dimensions.push_back(d);
    const at::Tensor total = dimensions.empty() ? gradient : gradient.sum(dimensions);
    return total.to(of ? of->scalar_type() : input.scalar_type());
  }
};

}  // namespace

RowNormResults composed_row_norm(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
  check_row_norm(RowNorm::name, input, residual, norm);
  const at::Tensor sum = residual ? input + *residual : input;
  const Normalised n(sum, norm);
  const auto of_rows = [](const at::Tensor& values) { return values.detach().flatten().to(at::kDouble); };
  return {n.activation.forward(n.u).to(input.scalar_type()), residual ? sum : at::empty({0}, input.options()),
          of_rows(n.mean), of_rows(n.variance)};
}

RowNormGradients composed_row_norm_backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum,
                                            const at::Tensor& input, const RowNorm& norm) {
  check_row_norm(RowNorm::name, input, {}, norm);
  const Normalised n(input, norm, true);
  const at::Tensor of_u = n.activation.backward(grad_output.to(n.u.scalar_type()), n.u);
  const at::Tensor g = n.as_rows(n.scaled(of_u)), z = n.as_rows(n.normalised);
  at::Tensor of_rows = g - z * n.average(g * z);
  if (norm.centred) of_rows = of_rows - n.average(g);
  at::Tensor of_input = (of_rows * n.inverse).reshape_symint(input.sym_sizes());
  if (grad_sum) of_input = of_input + *grad_sum;
  return {of_input.to(input.scalar_type()), n.sum(of_u * n.normalised, norm.weight), n.sum(of_u, norm.bias)};
}

namespace {

struct RowNormComposite {
  static constexpr auto forward = composed_row_norm;
  static RowNormGradients backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                                   const at::Tensor&, const at::Tensor&, const RowNorm& norm) {
    return composed_row_norm_backward(grad_output, grad_sum, input, norm);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CompositeExplicitAutograd, m) {
  torchactiv::register_row_norm<torchactiv::RowNormComposite>(m);
}
