// Dispatch key CPU.
#include <ATen/Functions.h>

#include "csrc/cpu/new_result.h"
#include "csrc/normalisation/fused_activation.h"
#include "csrc/normalisation/row_norm/by_columns.h"
#include "csrc/normalisation/row_norm/passes.h"
#include "csrc/normalisation/row_norm/registration.h"

namespace torchactiv {
namespace {

template <class T>
void put(const MaybeTensor& values, double otherwise, std::span<T> into) {
  if (!values) return std::fill(into.begin(), into.end(), static_cast<T>(otherwise));
  const at::Tensor converted = values->to(c10::CppTypeToScalarType<T>::value).contiguous();
  std::copy_n(converted.template const_data_ptr<T>(), into.size(), into.begin());
}

// Groups of channels that lie side by side are passed over as they lie; all else by rows, which are made to lie behind
// each other.
bool lies_by_columns(const at::Tensor& input, bool has_sum, const RowNorm& norm) {
  return norm.has_groups() && norm.centred && !has_sum && input.numel() > 0 && !input.is_contiguous() &&
         input.suggest_memory_format() != at::MemoryFormat::Contiguous;
}
at::Tensor in_order(const at::Tensor& input, bool by_columns) {
  return input.contiguous(by_columns ? input.suggest_memory_format() : at::MemoryFormat::Contiguous);
}

template <class T>
struct Problem {
  FusedActivation activation;
  RowLayout layout;
  Scales<T> scales;

  Problem(const at::Tensor& x, const RowNorm& norm)
      : activation(FusedActivation::find(RowNorm::name, norm.activation, norm.arguments)),
        layout(row_layout(x, norm)),
        scales(layout.groups * layout.channels) {
    put(norm.weight, 1, scales.weight);
    put(norm.bias, 0, scales.bias);
  }

  // For passes over so many tensors like x.
  RowPasses<T> by_rows(const at::Tensor& x, const RowNorm& norm, std::size_t tensors) const {
    return {layout,
            norm.centred,
            norm.eps,
            element_of(x.scalar_type()),
            normalisation_functions().of<T>(),
            activation.kernels<T>(x, tensors)};
  }
  GroupsByColumns<T> by_columns(const at::Tensor& x, const RowNorm& norm, std::size_t tensors) const {
    return {layout, norm.eps, normalisation_functions().of<T>(), activation.kernels<T>(x, tensors)};
  }
};

struct RowNormCpu {
  static RowNormResults forward(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
    check_row_norm(RowNorm::name, input, residual, norm);
    const bool by_columns = lies_by_columns(input, residual.has_value(), norm);
    const at::Tensor x = in_order(input, by_columns), r = residual ? residual->contiguous() : at::Tensor();
    return with_computed_type(x, [&]<class T>(T) -> RowNormResults {
      const Problem<T> problem(x, norm);
      const at::Tensor y = new_result(x), sum = residual ? new_result(x) : at::Tensor();
      const at::Tensor mean = at::zeros({problem.layout.rows()}, x.options().dtype(at::kDouble));
      const at::Tensor variance = at::zeros_like(mean);  // and of no data 0
      const RowMoments<double> moments{mean.mutable_data_ptr<double>(), variance.mutable_data_ptr<double>()};
      if (by_columns)
        problem.by_columns(x, norm, 2).forward(Operand<T>(x), Operand<T>(y), problem.scales, moments);
      else if (x.numel() > 0)
        problem.by_rows(x, norm, 2)
            .forward(Operand<T>(x), Operand<T>::of(r), Operand<T>::of(sum), Operand<T>(y), problem.scales, moments);
      const auto result = [&](const at::Tensor& found) { return in_format(found, input, norm); };
      return {result(y), residual ? result(sum) : at::empty({0}, x.options()), mean, variance};
    });
  }

  static RowNormGradients backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                                   const at::Tensor& mean, const at::Tensor& variance, const RowNorm& norm) {
    check_row_norm_backward(grad_output, grad_sum, input, mean, variance, norm);
    const bool by_columns = lies_by_columns(input, grad_sum.has_value(), norm);
    const at::Tensor x = in_order(input, by_columns), g = like(grad_output, x);
    const at::Tensor e = grad_sum ? like(*grad_sum, x) : at::Tensor();
    return with_computed_type(x, [&]<class T>(T) -> RowNormGradients {
      const Problem<T> problem(x, norm);
      at::Tensor dx;
      const auto place = [&](const auto& passes) {
        dx = passes.is_in_one_loop() ? result_over(g, x) : new_result(x);
        return Operand<T>(dx);
      };
      ScaleGradients gradients{std::vector<double>(problem.scales.weight.size()),
                               std::vector<double>(problem.scales.weight.size())};
      const auto doubles = [](const at::Tensor& t) { return t.to(at::kDouble).contiguous(); };
      const at::Tensor means = doubles(mean), variances = doubles(variance);
      const RowMoments<const double> moments{means.const_data_ptr<double>(), variances.const_data_ptr<double>()};
      if (by_columns) {
        const auto passes = problem.by_columns(x, norm, 3);
        gradients = passes.backward(Operand<T>(g), Operand<T>(x), place(passes), problem.scales, moments);
      } else if (x.numel() > 0) {
        const auto passes = problem.by_rows(x, norm, 3);
        gradients =
            passes.backward(Operand<T>(g), Operand<T>::of(e), Operand<T>(x), place(passes), problem.scales, moments);
      } else {
        dx = new_result(x);
      }
      const auto gradient = [&](const std::vector<double>& values, const MaybeTensor& of) {
        return tensor_of(values, x, of ? of->scalar_type() : computed_type(x)).view_symint(scale_shape(x, norm));
      };
      return {in_format(dx, input, norm), gradient(gradients.weight, norm.weight), gradient(gradients.bias, norm.bias)};
    });
  }

 private:
  static at::Tensor in_format(const at::Tensor& found, const at::Tensor& input, const RowNorm& norm) {
    return norm.has_groups() ? found.contiguous(input.suggest_memory_format()) : found;
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CPU, m) { torchactiv::register_row_norm<torchactiv::RowNormCpu>(m); }
