// Dispatch key Functionalize: what overwrites its input becomes the function that returns its result.
#include <ATen/core/LegacyTypeDispatch.h>

#include "csrc/functionalize/functional_tensors.h"
#include "csrc/normalisation/batch_norm/registration.h"

namespace torchactiv {
namespace {

namespace functional = at::functionalization::impl;

// A BatchNorm of the tensors inside.
class Unwrapped {
 public:
  explicit Unwrapped(const BatchNorm& norm)
      : residual_(inside(norm.residual)),
        weight_(inside(norm.weight)),
        bias_(inside(norm.bias)),
        norm{residual_, weight_, bias_, norm.eps, norm.activation, norm.arguments, norm.memory_efficient} {}

 private:
  static MaybeTensor inside(const MaybeTensor& tensor) { return tensor ? MaybeTensor(unwrapped(*tensor)) : tensor; }
  MaybeTensor residual_, weight_, bias_;

 public:
  const BatchNorm norm;
};

struct Functionalize {
  static MeanAndVariance training_in_place(const at::Tensor& input, const BatchNorm& norm) {
    at::AutoDispatchSkipFunctionalize guard;
    if (!functional::isFunctionalTensor(input)) return call_training_in_place(input, norm);
    const auto [output, mean, variance] = call_training(unwrapped(input), Unwrapped(norm).norm);
    update(input, output);
    return {functional::to_functional_tensor(mean), functional::to_functional_tensor(variance)};
  }
  static void inference_in_place(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                 const BatchNorm& norm) {
    at::AutoDispatchSkipFunctionalize guard;
    if (!functional::isFunctionalTensor(input)) return call_inference_in_place(input, mean, variance, norm);
    update(input, call_inference(unwrapped(input), unwrapped(mean), unwrapped(variance), Unwrapped(norm).norm));
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, Functionalize, m) {
  torchactiv::register_batch_norm_in_place<torchactiv::Functionalize>(m);
}
