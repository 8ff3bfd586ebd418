// Dispatch key Meta.
#include <ATen/Functions.h>

#include "csrc/normalisation/fused_activation.h"
#include "csrc/normalisation/row_norm/registration.h"

namespace torchactiv {
namespace {

struct Meta {
  static RowNormResults forward(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
    check_row_norm(RowNorm::name, input, residual, norm);
    FusedActivation::find(RowNorm::name, norm.activation, norm.arguments);
    const auto statistics = [&] {
      return at::empty_symint({row_count(input, norm)}, input.options().dtype(at::kDouble));
    };
    return {row_norm_result(input, norm), residual ? row_norm_result(input, norm) : at::empty({0}, input.options()),
            statistics(), statistics()};
  }
  static RowNormGradients backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                                   const at::Tensor& mean, const at::Tensor& variance, const RowNorm& norm) {
    check_row_norm_backward(grad_output, grad_sum, input, mean, variance, norm);
    const auto gradient = [&](const MaybeTensor& of) {
      return at::empty_symint(scale_shape(input, norm),
                              input.options().dtype(of ? of->scalar_type() : computed_type(input)));
    };
    return {row_norm_result(input, norm), gradient(norm.weight), gradient(norm.bias)};
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, Meta, m) { torchactiv::register_row_norm<torchactiv::Meta>(m); }
