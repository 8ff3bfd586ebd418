// Memory for new results.
#pragma once

#include <ATen/core/Tensor.h>

namespace torchactiv {

// What empty_like(like) gives for a tensor without holes, but without the dispatcher; and large ones in huge pages.
at::Tensor new_result(const at::Tensor& like);

// Whether so many bytes of results, beside as many of what they are computed from, do not stay in the caches.
bool exceeds_caches(std::size_t bytes);

}  // namespace torchactiv
