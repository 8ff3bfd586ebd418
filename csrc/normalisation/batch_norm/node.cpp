#include "csrc/normalisation/batch_norm/node.h"

#include <ATen/Functions.h>
#include <torch/csrc/autograd/functions/utils.h>

namespace torchactiv {
namespace {

using torch::autograd::Edge;
using torch::autograd::variable_list;

at::Tensor detached(const at::Tensor& tensor) { return tensor.defined() ? tensor.detach() : tensor; }

struct Derivative {
  bool training, restores;
  std::string activation;

  std::string description() const {
    return activation + (training ? " in training" : "") + (restores ? " from the output" : "");
  }

  // Where derivatives are to be differentiated again, what is restored from the output gets the input's place in the
  // graph; it is the input less its mean, which changes no derivative.
  variable_list operator()(const variable_list& gradients, TensorSpan saved, ArgumentSpan numbers,
                           const Edge& of_input) const {
    bool from_output = restores;
    const auto norm_of = [&](const MaybeTensor& residual, const MaybeTensor& weight, const MaybeTensor& bias) {
      return BatchNorm{residual, weight, bias, numbers[0], activation, numbers.slice(1), from_output};
    };
    const MaybeTensor residual = or_nothing(saved[3]), weight = or_nothing(saved[4]), bias = or_nothing(saved[5]);
    at::Tensor input = saved[0], mean = saved[1];
    if (restores) mean = at::zeros_like(mean);
    if (restores && at::GradMode::is_enabled()) {
      const MaybeTensor r = or_nothing(detached(saved[3])), w = or_nothing(detached(saved[4])),
                        b = or_nothing(detached(saved[5]));
      input = call_restore(detached(input), saved[2], norm_of(r, w, b));
      from_output = false;
      if (of_input.is_valid()) torch::autograd::impl::set_gradient_edge(input, of_input);
    }
    const auto call = training ? call_training_backward : call_inference_backward;
    const auto [of_data, of_residual, of_weight, of_bias] =
        call(gradients[0], input, mean, saved[2], norm_of(residual, weight, bias));
    const auto if_any = [](const MaybeTensor& given, const at::Tensor& gradient) {
      return given ? gradient : at::Tensor();
    };
    return {of_data, if_any(residual, of_residual), if_any(weight, of_weight), if_any(bias, of_bias)};
  }
};

}  // namespace

c10::intrusive_ptr<FunctionNode> batch_norm_node(Mode mode, const at::Tensor& input, const BatchNorm& norm) {
  std::vector<double> numbers{norm.eps};
  numbers.insert(numbers.end(), norm.arguments.begin(), norm.arguments.end());
  const Derivative derivative{mode == Mode::training, norm.memory_efficient, std::string(norm.activation)};
  auto node = c10::make_intrusive<FunctionNode>(BatchNorm::name, derivative.description(), numbers, derivative);
  node->set_next_edges(torch::autograd::collect_next_edges(input, or_undefined(norm.residual),
                                                           or_undefined(norm.weight), or_undefined(norm.bias)));
  return node;
}

void save(FunctionNode& node, const at::Tensor& data, const at::Tensor& mean, const at::Tensor& variance,
          const BatchNorm& norm) {
  norm.memory_efficient ? node.save_output(data) : node.save(data);
  node.save({mean, variance, or_undefined(norm.residual), or_undefined(norm.weight), or_undefined(norm.bias)});
}

}  // namespace torchactiv
