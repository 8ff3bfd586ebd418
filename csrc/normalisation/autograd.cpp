// Dispatch key Autograd: first derivatives by kernels, all others, and forward mode, by the composition.
#include <torch/csrc/autograd/functions/utils.h>

#include "csrc/normalisation/batch_norm_node.h"
#include "csrc/normalisation/registration.h"

namespace torchactiv {
namespace {

using Mode = BatchNormNode::Mode;

at::Tensor or_undefined(const MaybeTensor& tensor) { return tensor.value_or(at::Tensor()); }

bool requires_grad(std::initializer_list<at::Tensor> tensors) {
  return at::GradMode::is_enabled() && std::any_of(tensors.begin(), tensors.end(), [](const at::Tensor& t) {
           return t.defined() && t.requires_grad();
         });
}
bool has_tangent(std::initializer_list<at::Tensor> tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const at::Tensor& t) { return t.defined() && t._fw_grad(0).defined(); });
}

// None where nothing requires a gradient.
c10::intrusive_ptr<BatchNormNode> node_for(Mode mode, const at::Tensor& input, const BatchNorm& norm) {
  if (!requires_grad({input, or_undefined(norm.weight), or_undefined(norm.bias)})) return {};
  return c10::make_intrusive<BatchNormNode>(mode, input, norm);
}

struct Autograd {
  static ThreeTensors training(const at::Tensor& input, const BatchNorm& norm) {
    if (has_tangent({input, or_undefined(norm.weight), or_undefined(norm.bias)})) return composed_training(input, norm);
    const auto node = node_for(Mode::training, input, norm);
    ThreeTensors results;
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      results = call_training(input, norm);
    }
    const auto& [output, mean, variance] = results;
    if (node) {
      node->save(input, mean, variance, norm);
      torch::autograd::set_history(output, node);
    }
    return results;
  }
  static at::Tensor inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm) {
    if (has_tangent({input, or_undefined(norm.weight), or_undefined(norm.bias)}))
      return composed_inference(input, mean, variance, norm);
    const auto node = node_for(Mode::inference, input, norm);
    at::Tensor output;
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      output = call_inference(input, mean, variance, norm);
    }
    if (node) {
      node->save(input, mean.detach(), variance.detach(), norm);
      torch::autograd::set_history(output, node);
    }
    return output;
  }
  static ThreeTensors training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                        const at::Tensor& variance, const BatchNorm& norm) {
    if (is_differentiated(grad_output, input, norm)) return composed_training_backward(grad_output, input, norm);
    at::AutoDispatchBelowADInplaceOrView guard;
    return call_training_backward(grad_output, input, mean, variance, norm);
  }
  static ThreeTensors inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                         const at::Tensor& variance, const BatchNorm& norm) {
    if (is_differentiated(grad_output, input, norm))
      return composed_inference_backward(grad_output, input, mean, variance, norm);
    at::AutoDispatchBelowADInplaceOrView guard;
    return call_inference_backward(grad_output, input, mean, variance, norm);
  }

 private:
  static bool is_differentiated(const at::Tensor& grad_output, const at::Tensor& input, const BatchNorm& norm) {
    const auto tensors = {grad_output, input, or_undefined(norm.weight), or_undefined(norm.bias)};
    return requires_grad(tensors) || has_tangent(tensors);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, Autograd, m) { torchactiv::register_batch_norm<torchactiv::Autograd>(m); }
