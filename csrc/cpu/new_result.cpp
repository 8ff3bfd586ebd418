#include "csrc/cpu/new_result.h"

#include <ATen/EmptyTensor.h>

#include <cstdint>

#include "csrc/operators/spent_gradients.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace torchactiv {
namespace {

// glibc gives no larger block back to the heap: its pages are fresh from the kernel whenever it is allocated, and to
// provide 512 small pages instead of a huge one takes several times as long as to compute what goes into them.
constexpr std::uintptr_t largest_kept = 32 << 20, page = 4096;

void ask_for_huge_pages([[maybe_unused]] const at::Tensor& tensor) {
#if defined(__linux__)
  const auto begin = reinterpret_cast<std::uintptr_t>(tensor.mutable_data_ptr()), end = begin + tensor.nbytes();
  const std::uintptr_t first = (begin + page - 1) / page * page, last = end / page * page;
  madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);  // advice, which may fail without harm
#endif
}

}  // namespace

at::Tensor new_result(const at::Tensor& like) {
  at::Tensor result = at::detail::empty_strided_cpu(like.sizes(), like.strides(), like.options());
  if (result.nbytes() > largest_kept) ask_for_huge_pages(result);
  return result;
}

at::Tensor result_over(const at::Tensor& gradient, const at::Tensor& like) {
  const bool fits = gradient.scalar_type() == like.scalar_type() && gradient.sizes() == like.sizes() &&
                    gradient.strides() == like.strides();
  return fits && SpentGradients::take(gradient) ? gradient : new_result(like);
}

// As a constant: virtual machines often report a cache that is not theirs alone.
bool exceeds_caches(std::size_t bytes) {
  constexpr std::size_t last_level = 32 << 20;
  return bytes > last_level / 2;
}

}  // namespace torchactiv
