// Dispatch keys AutocastCPU and AutocastCUDA: an operator with parameters runs in the lower precision, as PyTorch's
// prelu does; without parameters it runs in the dtype that it is given, which needs no kernel here.
#include <ATen/autocast_mode.h>

#include "csrc/operators/entry_points.h"

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

template <c10::DeviceType device>
void register_autocast(torch::Library& m) {
  for_each_activation([&]<class Op>() {
    if (has_parameters(Op::inputs))
      m.impl(forward_name(Op::card.name).c_str(),
             &EntryPoints<Op>::Forward::template entry<Op, Autocast<device>::forward>);
  });
  for_each_combination([&]<class Formula>() {
    using E = CombinationEntryPoints<Formula>;
    if (has_parameters(Formula::inputs))
      m.impl(E::forward().c_str(), &E::Forward::template entry<Autocast<device>::forward>);
  });
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, AutocastCPU, m) { torchactiv::register_autocast<c10::DeviceType::CPU>(m); }
TORCH_LIBRARY_IMPL(torchactiv, AutocastCUDA, m) { torchactiv::register_autocast<c10::DeviceType::CUDA>(m); }
