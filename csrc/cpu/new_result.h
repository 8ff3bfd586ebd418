// Memory for new results.
#pragma once

#include <ATen/core/Tensor.h>

namespace torchactiv {

// What empty_like(like) gives for a tensor without holes, but without the dispatcher; and large ones in huge pages.
at::Tensor new_result(const at::Tensor& like);

// The same, or the gradient itself, where it may be overwritten (SpentGradients) and lies as `like` does. Whoever
// writes an element of the result must have read that of the gradient.
at::Tensor result_over(const at::Tensor& gradient, const at::Tensor& like);

// Whether so many bytes, of all that a pass over data reads and writes, do not stay in the caches from pass to pass.
bool exceeds_caches(std::size_t bytes);

}  // namespace torchactiv
