// Dispatch key Autograd: first derivatives by kernels, all others, and forward mode, by the composition.
#include <torch/csrc/autograd/VariableTypeUtils.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <array>

#include "csrc/autograd/followed.h"
#include "csrc/normalisation/batch_norm/node.h"
#include "csrc/normalisation/batch_norm/registration.h"
#include "csrc/normalisation/fused_activation.h"

namespace torchactiv {
namespace {

std::array<at::Tensor, 4> differentiable(const at::Tensor& input, const BatchNorm& norm) {
  return {input, or_undefined(norm.residual), or_undefined(norm.weight), or_undefined(norm.bias)};
}

// Whether weight, bias and residual can be looked at now, and not only when what is traced runs.
bool has_values(const BatchNorm& norm) {
  constexpr c10::DispatchKeySet traced({c10::DispatchKey::Python, c10::DispatchKey::Functionalize,
                                        c10::DispatchKey::FuncTorchBatched, c10::DispatchKey::FuncTorchGradWrapper});
  const auto is_plain = [&](const MaybeTensor& t) { return !t || (t->is_cpu() && !t->key_set().has_any(traced)); };
  return is_plain(norm.weight) && is_plain(norm.bias) && is_plain(norm.residual);
}

// What autograd keeps of one call, and the call as the kernels are to see it. Under torch.func it always keeps the
// input: what is restored could have the input's place in the graph of one level of it only.
class Recorded {
 public:
  Recorded(Mode mode, const at::Tensor& input, const BatchNorm& norm) : norm_(norm) {
    if (!at::GradMode::is_enabled()) return;  // as in an autograd function of Python, which knows what it keeps
    norm_.memory_efficient = false;
    if (!requires_grad(differentiable(input, norm))) return;
    keeps_output_ =
        norm.memory_efficient && !input.key_set().has(c10::DispatchKey::FuncTorchGradWrapper) &&
        FusedActivation::find(BatchNorm::name, norm.activation, norm.arguments).is_restorable(input.scalar_type()) &&
        !(has_values(norm) && unrestorable_channel(input, norm));
    norm_.memory_efficient = keeps_output_;
    node_ = batch_norm_node(mode, input, norm_);
  }

  const BatchNorm& norm() const { return norm_; }
  bool keeps_input() const { return node_ && !keeps_output_; }

  void connect(const at::Tensor& input, const at::Tensor& output, const at::Tensor& mean, const at::Tensor& variance) {
    if (!node_) return;
    torch::autograd::set_history(output, node_);
    save(*node_, keeps_output_ ? output : input, mean, variance, norm_);
  }
  // Of an output that has overwritten the input, of which there may be a copy.
  void connect_in_place(const at::Tensor& copy, const at::Tensor& output, const at::Tensor& mean,
                        const at::Tensor& variance) {
    if (!node_) return;
    torch::autograd::rebase_history(output, node_);
    save(*node_, keeps_output_ ? output : copy, mean, variance, norm_);
  }

 private:
  BatchNorm norm_;
  bool keeps_output_ = false;
  c10::intrusive_ptr<FunctionNode> node_;
};

// The input before it is overwritten, where backward will read it.
at::Tensor prepare_in_place(const at::Tensor& input, const BatchNorm& norm, const Recorded& recorded) {
  const auto tensors = differentiable(input, norm);
  TORCH_CHECK_NOT_IMPLEMENTED(!has_tangent(tensors), BatchNorm::name, "_ has no forward mode; ", BatchNorm::name,
                              " does");
  torch::autograd::check_inplace(input, requires_grad(tensors));
  return recorded.keeps_input() ? input.clone() : at::Tensor();  // with its history, for second derivatives
}

struct Autograd {
  static ThreeTensors training(const at::Tensor& input, const BatchNorm& norm) {
    if (has_tangent(differentiable(input, norm))) return composed_training(input, norm);
    Recorded recorded(Mode::training, input, norm);
    ThreeTensors results;
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      results = call_training(input, recorded.norm());
    }
    const auto& [output, mean, variance] = results;
    recorded.connect(input, output, mean, variance);
    return results;
  }
  static MeanAndVariance training_in_place(const at::Tensor& input, const BatchNorm& norm) {
    Recorded recorded(Mode::training, input, norm);
    const at::Tensor copy = prepare_in_place(input, norm, recorded);
    MeanAndVariance results;
    {
      at::AutoDispatchBelowAutograd guard;
      results = call_training_in_place(input, recorded.norm());
    }
    const auto& [mean, variance] = results;
    recorded.connect_in_place(copy, input, mean, variance);
    return results;
  }

  static at::Tensor inference(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                              const BatchNorm& norm) {
    if (has_tangent(differentiable(input, norm))) return composed_inference(input, mean, variance, norm);
    Recorded recorded(Mode::inference, input, norm);
    at::Tensor output;
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      output = call_inference(input, mean, variance, recorded.norm());
    }
    recorded.connect(input, output, mean.detach(), variance.detach());
    return output;
  }
  static void inference_in_place(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                 const BatchNorm& norm) {
    Recorded recorded(Mode::inference, input, norm);
    const at::Tensor copy = prepare_in_place(input, norm, recorded);
    {
      at::AutoDispatchBelowAutograd guard;
      call_inference_in_place(input, mean, variance, recorded.norm());
    }
    recorded.connect_in_place(copy, input, mean.detach(), variance.detach());
  }

  static FourTensors training_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                       const at::Tensor& variance, const BatchNorm& norm) {
    if (is_differentiated(grad_output, input, norm)) return composed_training_backward(grad_output, input, norm);
    at::AutoDispatchBelowADInplaceOrView guard;
    return call_training_backward(grad_output, input, mean, variance, norm);
  }
  static FourTensors inference_backward(const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& mean,
                                        const at::Tensor& variance, const BatchNorm& norm) {
    if (is_differentiated(grad_output, input, norm))
      return composed_inference_backward(grad_output, input, mean, variance, norm);
    at::AutoDispatchBelowADInplaceOrView guard;
    return call_inference_backward(grad_output, input, mean, variance, norm);
  }

  static MeanAndVariance moments(const at::Tensor& input) {
    at::AutoDispatchBelowADInplaceOrView guard;
    return call_moments(input);
  }
  // The node that calls it knows what it is in the graph.
  static at::Tensor restore(const at::Tensor& output, const at::Tensor& variance, const BatchNorm& norm) {
    at::AutoDispatchBelowADInplaceOrView guard;
    return call_restore(output, variance, norm);
  }

 private:
  static bool is_differentiated(const at::Tensor& grad_output, const at::Tensor& input, const BatchNorm& norm) {
    const auto tensors = differentiable(input, norm);
    return requires_grad(tensors) || has_tangent(tensors) || requires_grad(std::array{grad_output}) ||
           has_tangent(std::array{grad_output});
  }
};

// Dispatch key ADInplaceOrView: counts the versions of what is written to, also where no graph is built.
struct VersionCount {
  static MeanAndVariance training_in_place(const at::Tensor& input, const BatchNorm& norm) {
    check_in_place(input, norm);
    at::AutoDispatchBelowADInplaceOrView guard;
    const MeanAndVariance results = call_training_in_place(input, norm);
    torch::autograd::increment_version(input);
    return results;
  }
  static void inference_in_place(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                 const BatchNorm& norm) {
    check_in_place(input, norm);
    at::AutoDispatchBelowADInplaceOrView guard;
    call_inference_in_place(input, mean, variance, norm);
    torch::autograd::increment_version(input);
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, Autograd, m) {
  torchactiv::register_batch_norm<torchactiv::Autograd>(m);
  torchactiv::register_batch_norm_in_place<torchactiv::Autograd>(m);
}
TORCH_LIBRARY_IMPL(torchactiv, ADInplaceOrView, m) {
  torchactiv::register_batch_norm_in_place<torchactiv::VersionCount>(m);
}
