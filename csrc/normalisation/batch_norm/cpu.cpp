// Dispatch key CPU.
#include <ATen/Functions.h>

#include "csrc/cpu/new_result.h"
#include "csrc/normalisation/batch_norm/by_columns.h"
#include "csrc/normalisation/batch_norm/by_rows.h"
#include "csrc/normalisation/batch_norm/registration.h"
#include "csrc/normalisation/checks.h"
#include "csrc/normalisation/fused_activation.h"

namespace torchactiv {
namespace {

// Calls function(passes) with those that the layout is best for.
template <class T, class Function>
auto with_passes(const at::Tensor& dense, bool in_one_loop, bool from_output, Function function) {
  const ChannelLayout layout = layout_of(dense);
  const std::int64_t short_row = from_output ? 512 : 1024, few_rows = 4;
  const bool by_columns =
      layout.channels > 1 && (layout.inner == 1 || (layout.inner < short_row && layout.outer >= few_rows));
  return by_columns ? function(ByColumns<T>(layout, normalisation_functions().of<T>(), in_one_loop))
                    : function(ByRows<T>(layout, normalisation_functions().of<T>()));
}

at::Tensor dense(const at::Tensor& tensor) {
  return tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
}

// A call for data in the order of memory.
template <class T>
struct Problem {
  at::Tensor x, residual;
  FusedActivation activation;
  Statistics<T> statistics;
  bool keeps_output;  // or has it in the place of x, in backward

  Problem(const at::Tensor& input, const BatchNorm& norm)
      : x(dense(input)),
        residual(norm.residual ? like(*norm.residual, x) : at::Tensor()),
        activation(FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments)),
        statistics(x.size(1), x.numel() / std::max<std::int64_t>(1, x.size(1)), norm) {
    keeps_output = norm.memory_efficient && activation.is_restorable(x.scalar_type());
  }
  Problem(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance, const BatchNorm& norm)
      : Problem(input, norm) {
    check_statistics(input, mean, variance);
    const std::vector<double> means = values_of(mean), variances = values_of(variance);
    for (std::size_t c = 0; c < means.size(); ++c) statistics.set(c, means[c], variances[c]);
  }

  // For passes over so many tensors like x.
  FusedKernels kernels(std::size_t tensors = 2) const { return activation.kernels<T>(x, tensors); }
  // Calls function(passes, operand of x, operand of the residual), unless there is nothing to pass over.
  template <class Function>
  void pass(Function function) const {
    if (x.numel() == 0) return;
    const bool in_one_loop = kernels().loops != nullptr;
    with_passes<T>(x, in_one_loop, keeps_output,
                   [&](const auto& passes) { function(passes, Operand<T>(x), Operand<T>::of(residual)); });
  }

  // The moments, and the output, unless y is undefined.
  MeanAndVariance train(const at::Tensor& y, const BatchNorm& norm) {
    if (keeps_output) check_restorable(x, norm);
    pass([&](const auto& passes, const auto& x, const auto& r) {
      passes.train(x, r, Operand<T>::of(y), statistics, kernels());
    });
    return {tensor_of(statistics.mean(), x, at::kDouble), tensor_of(statistics.variance(), x, at::kDouble)};
  }
  void infer(const at::Tensor& y, const BatchNorm& norm) const {
    if (keeps_output) check_restorable(x, norm);
    pass([&](const auto& passes, const auto& x, const auto& r) {
      passes.forward(x, r, Operand<T>(y), statistics, kernels());
    });
  }
};

struct BatchNormCpu {
  static ThreeTensors training(const at::Tensor& input, const BatchNorm& norm) {
    check_input(input, norm);
    return with_computed_type(input, [&]<class T>(T) -> ThreeTensors {
      Problem<T> problem(input, norm);
      const at::Tensor y = new_result(problem.x);
      const auto [mean, variance] = problem.train(y, norm);
      return {y, mean, variance};
    });
  }
  static MeanAndVariance training_in_place(const at::Tensor& input, const BatchNorm& norm) {
    check_input(input, norm);
    check_in_place(input, norm);
    return with_computed_type(input, [&]<class T>(T) {
      Problem<T> problem(input, norm);
      const MeanAndVariance found = problem.train(problem.x, norm);
      if (!problem.x.is_same(input)) input.copy_(problem.x);
      return found;
    });
  }

  static at::Tensor inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm) {
    check_input(input, norm);
    return with_computed_type(input, [&]<class T>(T) {
      const Problem<T> problem(input, mean, variance, norm);
      const at::Tensor y = new_result(problem.x);
      problem.infer(y, norm);
      return y;
    });
  }
  static void inference_in_place(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                 const BatchNorm& norm) {
    check_input(input, norm);
    check_in_place(input, norm);
    with_computed_type(input, [&]<class T>(T) {
      const Problem<T> problem(input, mean, variance, norm);
      problem.infer(problem.x, norm);
      if (!problem.x.is_same(input)) input.copy_(problem.x);
    });
  }

  static FourTensors training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                       const at::Tensor& variance, const BatchNorm& norm) {
    return backward(grad_output, input, mean, variance, norm, true);
  }
  static FourTensors inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                        const at::Tensor& variance, const BatchNorm& norm) {
    return backward(grad_output, input, mean, variance, norm, false);
  }

  static MeanAndVariance moments(const at::Tensor& input) {
    const MaybeTensor none;
    const BatchNorm norm{none, none, none, 1, "identity", {}};
    check_input(input, norm);
    return with_computed_type(input, [&]<class T>(T) { return Problem<T>(input, norm).train({}, norm); });
  }
  static at::Tensor restore(const at::Tensor& output, const at::Tensor& variance, const BatchNorm& norm) {
    check_input(output, norm);
    return with_computed_type(output, [&]<class T>(T) {
      const Problem<T> problem(output, at::zeros_like(variance), variance, norm);
      TORCH_CHECK_VALUE(problem.activation.is_restorable(output.scalar_type()), BatchNorm::name, ": activation ",
                        norm.activation, " has no inverse with these arguments, for ", output.scalar_type());
      const at::Tensor distance = new_result(problem.x);
      problem.pass([&](const auto& passes, const auto& y, const auto& r) {
        passes.restore(y, r, Operand<T>(distance), problem.statistics, problem.kernels());
      });
      return distance;
    });
  }

 private:
  static FourTensors backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                              const at::Tensor& variance, const BatchNorm& norm, bool corrected) {
    check_input(input, norm);
    check_gradient(BatchNorm::name, "grad_output", grad_output, input);
    return with_computed_type(input, [&]<class T>(T) -> FourTensors {
      const Problem<T> problem(input, mean, variance, norm);
      const at::Tensor& x = problem.x;
      const BackwardTask task{corrected, problem.keeps_output};
      const at::Tensor g = like(grad_output, x);
      const at::Tensor dr = norm.residual ? result_over(g, x) : at::Tensor();  // written when g has been read, always
      at::Tensor dx;
      std::vector<Sums> sums(static_cast<std::size_t>(x.size(1)));
      problem.pass([&](const auto& passes, const auto& operand, const auto& r) {
        const FusedKernels f = problem.kernels(3);
        dx = passes.is_in_one_loop(f, task) ? result_over(g, x) : new_result(x);
        sums =
            passes.backward(Operand<T>(g), operand, r, Operand<T>(dx), Operand<T>::of(dr), problem.statistics, f, task);
      });
      if (!dx.defined()) dx = new_result(x);
      std::vector<double> of_weight(sums.size()), of_bias(sums.size());
      for (std::size_t c = 0; c < sums.size(); ++c) {
        of_weight[c] = problem.statistics.gradient_of_weight(c, sums[c]);
        of_bias[c] = sums[c].slope;
      }
      const auto type_of = [&](const MaybeTensor& values) { return values ? values->scalar_type() : computed_type(x); };
      return {dx, dr.defined() ? dr : at::empty({0}, x.options()), tensor_of(of_weight, x, type_of(norm.weight)),
              tensor_of(of_bias, x, type_of(norm.bias))};
    });
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CPU, m) {
  torchactiv::register_batch_norm<torchactiv::BatchNormCpu>(m);
  torchactiv::register_batch_norm_in_place<torchactiv::BatchNormCpu>(m);
}
