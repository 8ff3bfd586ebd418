// Memory for new results.
#pragma once

#include <ATen/core/Tensor.h>

namespace torchactiv {

// What empty_like(like) gives for a tensor without holes, but without the dispatcher; and large ones in huge pages.
at::Tensor new_result(const at::Tensor& like);

}  // namespace torchactiv
