// Dispatch keys AutocastCPU and AutocastCUDA: an operator with parameters runs in the lower precision, as PyTorch's
// prelu does; without parameters it runs in the dtype that it is given, which needs no kernel here.
#include <ATen/autocast_mode.h>

#include "csrc/operators/registration.h"

namespace torchactiv {
namespace {

template <c10::DeviceType device>
struct Autocast {
  static constexpr c10::DispatchKey key =
      device == c10::DeviceType::CUDA ? c10::DispatchKey::AutocastCUDA : c10::DispatchKey::AutocastCPU;

  static Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
    c10::impl::ExcludeDispatchKeyGuard guard(key);
    const at::ScalarType type = at::autocast::get_autocast_dtype(device);
    Tensors cast;
    for (const at::Tensor& input : inputs) cast.push_back(at::autocast::cached_cast(type, input, device));
    return op.forward.call(cast, arguments);
  }
};

const Registration cpu(c10::DispatchKey::AutocastCPU, {.forward = without_keys<Autocast<c10::DeviceType::CPU>::forward>,
                                                       .with_parameters_only = true});
const Registration cuda(c10::DispatchKey::AutocastCUDA,
                        {.forward = without_keys<Autocast<c10::DeviceType::CUDA>::forward>,
                         .with_parameters_only = true});

}  // namespace
}  // namespace torchactiv
