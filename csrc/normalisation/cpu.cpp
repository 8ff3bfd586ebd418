// Dispatch key CPU.
#include <ATen/Functions.h>

#include "csrc/cpu/new_result.h"
#include "csrc/normalisation/by_columns.h"
#include "csrc/normalisation/by_rows.h"
#include "csrc/normalisation/fused_activation.h"
#include "csrc/normalisation/registration.h"

namespace torchactiv {
namespace {

template <class T>
const NormalisationKernels<T>& kernels() {
  if constexpr (std::is_same_v<T, double>)
    return normalisation_functions().doubles;
  else
    return normalisation_functions().floats;
}

// Calls function(T{}), T being the type that is computed in.
template <class Function>
auto with_computed_type(const at::Tensor& input, Function function) {
  return computed_type(input) == at::kDouble ? function(double{}) : function(float{});
}

// Calls function(passes) with those that the layout is best for.
template <class T, class Function>
auto with_passes(const at::Tensor& dense, Function function) {
  const ChannelLayout layout = layout_of(dense);
  constexpr std::int64_t short_row = 256, few_rows = 4;
  const bool by_columns =
      layout.channels > 1 && (layout.inner == 1 || (layout.inner < short_row && layout.outer >= few_rows));
  return by_columns ? function(ByColumns<T>(layout, kernels<T>())) : function(ByRows<T>(layout, kernels<T>()));
}

at::Tensor dense(const at::Tensor& tensor) {
  return tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
}

at::Tensor channel_values(const std::vector<double>& values, const at::Tensor& input, at::ScalarType type) {
  const at::Tensor doubles = at::empty({static_cast<std::int64_t>(values.size())}, input.options().dtype(at::kDouble));
  std::copy(values.begin(), values.end(), doubles.mutable_data_ptr<double>());
  return doubles.to(type);
}

// A call for data in the order of memory.
template <class T>
struct Problem {
  at::Tensor x;
  FusedActivation activation;
  Statistics<T> statistics;

  Problem(const at::Tensor& input, const BatchNorm& norm)
      : x(dense(input)),
        activation(FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments)),
        statistics(x.size(1), x.numel() / std::max<std::int64_t>(1, x.size(1)), norm) {}
  Problem(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance, const BatchNorm& norm)
      : Problem(input, norm) {
    statistics.mean = values_of(mean);
    statistics.variance = values_of(variance);
  }

  FusedKernels kernels() const {
    return {std::is_same_v<T, double> ? *activation.doubles : *activation.floats, activation.arguments.data()};
  }
};

struct BatchNormCpu {
  static ThreeTensors training(const at::Tensor& input, const BatchNorm& norm) {
    check_input(input, norm);
    return with_computed_type(input, [&]<class T>(T) -> ThreeTensors {
      Problem<T> problem(input, norm);
      const at::Tensor y = new_result(problem.x);
      if (y.numel() > 0)
        with_passes<T>(y, [&](const auto& passes) {
          passes.train(Operand<T>(problem.x), Operand<T>(y), problem.statistics, problem.kernels());
        });
      const Statistics<T>& found = problem.statistics;
      return {y, channel_values(found.mean, y, at::kDouble), channel_values(found.variance, y, at::kDouble)};
    });
  }

  static at::Tensor inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm) {
    check_input(input, norm);
    return with_computed_type(input, [&]<class T>(T) {
      const Problem<T> problem(input, mean, variance, norm);
      const at::Tensor y = new_result(problem.x);
      if (y.numel() > 0)
        with_passes<T>(y, [&](const auto& passes) {
          passes.forward(Operand<T>(problem.x), Operand<T>(y), problem.statistics, problem.kernels());
        });
      return y;
    });
  }

  static ThreeTensors training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                        const at::Tensor& variance, const BatchNorm& norm) {
    return backward(grad_output, input, mean, variance, norm, true);
  }
  static ThreeTensors inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                         const at::Tensor& variance, const BatchNorm& norm) {
    return backward(grad_output, input, mean, variance, norm, false);
  }

 private:
  static ThreeTensors backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                               const at::Tensor& variance, const BatchNorm& norm, bool corrected) {
    check_input(input, norm);
    return with_computed_type(input, [&]<class T>(T) -> ThreeTensors {
      const Problem<T> problem(input, mean, variance, norm);
      const at::Tensor& x = problem.x;
      const at::Tensor dx = new_result(x), g = like(grad_output, x);
      std::vector<Sums> sums(static_cast<std::size_t>(x.size(1)));
      if (x.numel() > 0)
        sums = with_passes<T>(x, [&](const auto& passes) {
          return passes.backward(Operand<T>(g), Operand<T>(x), Operand<T>(dx), problem.statistics, problem.kernels(),
                                 corrected);
        });
      std::vector<double> of_weight, of_bias;
      for (std::size_t c = 0; c < sums.size(); ++c) {
        of_weight.push_back(problem.statistics.gradient_of_weight(c, sums[c]));
        of_bias.push_back(sums[c].slope);
      }
      const auto type_of = [&](const MaybeTensor& values) { return values ? values->scalar_type() : computed_type(x); };
      return {dx, channel_values(of_weight, x, type_of(norm.weight)), channel_values(of_bias, x, type_of(norm.bias))};
    });
  }

  // In the layout and dtype of the data.
  static at::Tensor like(const at::Tensor& gradient, const at::Tensor& x) {
    if (gradient.scalar_type() == x.scalar_type() && gradient.strides() == x.strides()) return gradient;
    return at::empty_like(x).copy_(gradient);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CPU, m) { torchactiv::register_batch_norm<torchactiv::BatchNormCpu>(m); }
