// Dispatch key CPU.
#include <ATen/Functions.h>

#include "csrc/cpu/new_result.h"
#include "csrc/normalisation/fused_activation.h"
#include "csrc/normalisation/row_norm/passes.h"
#include "csrc/normalisation/row_norm/registration.h"

namespace torchactiv {
namespace {

template <class T>
std::vector<T> numbers(const MaybeTensor& values, std::int64_t count, double otherwise) {
  if (!values) return std::vector<T>(static_cast<std::size_t>(count), static_cast<T>(otherwise));
  const at::Tensor converted = values->to(c10::CppTypeToScalarType<T>::value).contiguous();
  const T* const begin = converted.template const_data_ptr<T>();
  return {begin, begin + count};
}

template <class T>
struct Problem {
  FusedActivation activation;
  RowLayout layout;
  Scales<T> scales;
  RowPasses<T> passes;

  Problem(const at::Tensor& x, const RowNorm& norm)
      : activation(FusedActivation::find(RowNorm::name, norm.activation, norm.arguments)),
        layout(row_layout(x, norm)),
        scales{numbers<T>(norm.weight, layout.groups * layout.channels, 1),
               numbers<T>(norm.bias, layout.groups * layout.channels, 0)},
        passes(layout, norm.centred, norm.eps, x.scalar_type() != c10::CppTypeToScalarType<T>::value,
               normalisation_functions().of<T>(), row_norm_functions().of<T>(), activation.kernels<T>()) {}
};

struct RowNormCpu {
  static RowNormResults forward(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
    check_row_norm(RowNorm::name, input, residual, norm);
    const at::Tensor x = input.contiguous(), r = residual ? residual->contiguous() : at::Tensor();
    return with_computed_type(x, [&]<class T>(T) -> RowNormResults {
      const Problem<T> problem(x, norm);
      const at::Tensor y = new_result(x), sum = residual ? new_result(x) : at::Tensor();
      const at::Tensor mean = at::zeros({problem.layout.rows()}, x.options().dtype(at::kDouble));
      const at::Tensor variance = at::zeros_like(mean);  // and of no data 0
      if (x.numel() > 0)
        problem.passes.forward(Operand<T>(x), Operand<T>::of(r), Operand<T>::of(sum), Operand<T>(y), problem.scales,
                               {mean.mutable_data_ptr<double>(), variance.mutable_data_ptr<double>()});
      const auto result = [&](const at::Tensor& contiguous) { return in_format(contiguous, input, norm); };
      return {result(y), residual ? result(sum) : at::empty({0}, x.options()), mean, variance};
    });
  }

  static RowNormGradients backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                                   const at::Tensor& mean, const at::Tensor& variance, const RowNorm& norm) {
    check_row_norm_backward(grad_output, grad_sum, input, mean, variance, norm);
    const at::Tensor x = input.contiguous(), g = like(grad_output, x), e = grad_sum ? like(*grad_sum, x) : at::Tensor();
    return with_computed_type(x, [&]<class T>(T) -> RowNormGradients {
      const Problem<T> problem(x, norm);
      const at::Tensor dx = new_result(x);
      ScaleGradients gradients{std::vector<double>(problem.scales.weight.size()),
                               std::vector<double>(problem.scales.weight.size())};
      if (x.numel() > 0) {
        const auto doubles = [](const at::Tensor& t) { return t.to(at::kDouble).contiguous(); };
        const at::Tensor means = doubles(mean), variances = doubles(variance);
        gradients =
            problem.passes.backward(Operand<T>(g), Operand<T>::of(e), Operand<T>(x), Operand<T>(dx), problem.scales,
                                    {means.const_data_ptr<double>(), variances.const_data_ptr<double>()});
      }
      const auto gradient = [&](const std::vector<double>& values, const MaybeTensor& of) {
        return tensor_of(values, x, of ? of->scalar_type() : computed_type(x)).view_symint(scale_shape(x, norm));
      };
      return {in_format(dx, input, norm), gradient(gradients.weight, norm.weight), gradient(gradients.bias, norm.bias)};
    });
  }

 private:
  static at::Tensor in_format(const at::Tensor& contiguous, const at::Tensor& input, const RowNorm& norm) {
    return norm.has_groups() ? contiguous.contiguous(input.suggest_memory_format()) : contiguous;
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CPU, m) { torchactiv::register_row_norm<torchactiv::RowNormCpu>(m); }
