// Dispatch key Autograd: first derivatives by kernels, all others, and forward mode, by the composition.
#include <ATen/Functions.h>
#include <torch/csrc/autograd/functions/utils.h>

#include "csrc/autograd/followed.h"
#include "csrc/autograd/function_node.h"
#include "csrc/normalisation/row_norm/registration.h"

namespace torchactiv {
namespace {

using torch::autograd::variable_list;

std::array<at::Tensor, 4> differentiable(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
  return {input, or_undefined(residual), or_undefined(norm.weight), or_undefined(norm.bias)};
}

struct Derivative {
  bool centred;
  std::int64_t dimensions, groups;
  std::string activation;

  std::string description() const {
    return activation + (centred ? ", centred, " : ", ") + std::to_string(dimensions) + " dimensions, " +
           std::to_string(groups) + " groups";
  }

  // Of input, residual, weight and bias. Input and residual share theirs.
  variable_list operator()(const variable_list& gradients, TensorSpan saved, ArgumentSpan numbers,
                           const torch::autograd::Edge&) const {
    const bool of_sum = gradients.size() > 1 && gradients[1].defined();
    if (!gradients[0].defined()) return {gradients[1], gradients[1], {}, {}};
    const MaybeTensor weight = or_nothing(saved[3]), bias = or_nothing(saved[4]);
    const auto [of_input, of_weight, of_bias] = call_row_norm_backward(
        gradients[0], of_sum ? MaybeTensor(gradients[1]) : std::nullopt, saved[0], saved[1], saved[2],
        {weight, bias, centred, dimensions, groups, numbers[0], activation, numbers.slice(1)});
    return {of_input, of_input, weight ? of_weight : at::Tensor(), bias ? of_bias : at::Tensor()};
  }
};

struct Autograd {
  static RowNormResults forward(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm) {
    const auto tensors = differentiable(input, residual, norm);
    if (has_tangent(tensors)) return composed_row_norm(input, residual, norm);
    RowNormResults results;
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      results = call_row_norm(input, residual, norm);
    }
    if (requires_grad(tensors)) connect(results, input, residual, norm);
    return results;
  }

  static RowNormGradients backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                                   const at::Tensor& mean, const at::Tensor& variance, const RowNorm& norm) {
    const std::array<at::Tensor, 5> tensors{grad_output, or_undefined(grad_sum), input, or_undefined(norm.weight),
                                            or_undefined(norm.bias)};
    if (requires_grad(tensors) || has_tangent(tensors))
      return composed_row_norm_backward(grad_output, grad_sum, input, norm);
    at::AutoDispatchBelowADInplaceOrView guard;
    return call_row_norm_backward(grad_output, grad_sum, input, mean, variance, norm);
  }

 private:
  static void connect(const RowNormResults& results, const at::Tensor& input, const MaybeTensor& residual,
                      const RowNorm& norm) {
    const auto& [output, sum, mean, variance] = results;
    std::vector<double> numbers{norm.eps};
    numbers.insert(numbers.end(), norm.arguments.begin(), norm.arguments.end());
    const Derivative derivative{norm.centred, norm.dimensions, norm.groups, std::string(norm.activation)};
    const auto node = c10::make_intrusive<FunctionNode>(RowNorm::name, derivative.description(), numbers, derivative);
    node->set_next_edges(torch::autograd::collect_next_edges(input, or_undefined(residual), or_undefined(norm.weight),
                                                             or_undefined(norm.bias)));
    torch::autograd::set_history(output, node);
    if (residual) {
      torch::autograd::set_history(sum, node);
      node->save_output(sum);
    } else {
      node->save(input);
    }
    node->save({mean, variance, or_undefined(norm.weight), or_undefined(norm.bias)});
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, Autograd, m) { torchactiv::register_row_norm<torchactiv::Autograd>(m); }
