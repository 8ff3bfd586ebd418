#include "csrc/operators/spent_gradients.h"

#include <ATen/CachedTensorUtils.h>
#include <ATen/TensorSubclassLikeUtils.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace torchactiv {
namespace {

thread_local SpentGradients* innermost = nullptr;

bool has_one_holder(const at::Tensor& tensor) {
  return at::caching::adjusted_use_count(tensor) == 1 && tensor.has_storage() && tensor.storage().use_count() == 1;
}

bool may_be_overwritten(const at::Tensor& tensor) {
  return tensor.defined() && tensor.layout() == at::kStrided && tensor.is_non_overlapping_and_dense() &&
         !at::isTensorSubclassLike(tensor) && !tensor._is_zerotensor() && !tensor.is_neg() && has_one_holder(tensor);
}

}  // namespace

SpentGradients::SpentGradients(const std::vector<at::Tensor>& gradients) : outer_(innermost) {
  innermost = this;
  if (at::GradMode::is_enabled()) return;
  for (const at::Tensor& gradient : gradients)
    if (may_be_overwritten(gradient)) spent_.push_back(gradient.unsafeGetTensorImpl());
}

SpentGradients::~SpentGradients() { innermost = outer_; }

bool SpentGradients::take(const at::Tensor& gradient) {
  if (!innermost) return false;
  auto& spent = innermost->spent_;
  const auto found = std::find(spent.begin(), spent.end(), gradient.unsafeGetTensorImpl());
  if (found == spent.end()) return false;
  spent.erase(found);
  return true;
}

}  // namespace torchactiv
