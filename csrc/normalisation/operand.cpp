#include "csrc/normalisation/operand.h"

namespace torchactiv {

ChannelLayout layout_of(const at::Tensor& dense) {
  ChannelLayout layout{1, dense.size(1), 1};
  for (std::int64_t d = 0; d < dense.dim(); ++d) {
    if (d == 1) continue;
    const bool is_outer = dense.size(1) == 1 ? false : dense.stride(d) > dense.stride(1);
    (is_outer ? layout.outer : layout.inner) *= dense.size(d);
  }
  return layout;
}

}  // namespace torchactiv
