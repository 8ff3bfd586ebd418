#include <atomic>

#include "csrc/operators/signature.h"

namespace torchactiv {

// The schema is looked up when it is called first: when operators are made there may be none yet.
const void* Call::handle() const {
  const std::atomic_ref<const void*> shared(handle_);
  const void* found = shared.load(std::memory_order_acquire);
  if (found == nullptr) {
    found = signature_->find(name_);  // two threads may both do it; either handle will do
    shared.store(found, std::memory_order_release);
  }
  return found;
}

Tensors Call::call(TensorSpan tensors, ArgumentSpan arguments) const {
  return signature_->call(handle(), activation_, tensors, arguments);
}

Tensors Call::redispatch(c10::DispatchKeySet keys, TensorSpan tensors, ArgumentSpan arguments) const {
  return signature_->redispatch(handle(), activation_, keys, tensors, arguments);
}

}  // namespace torchactiv
