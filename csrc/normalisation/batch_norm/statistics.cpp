#include "csrc/normalisation/batch_norm/statistics.h"

#include <ATen/Functions.h>

namespace torchactiv {

std::vector<double> values_of(const at::Tensor& tensor) {
  const at::Tensor doubles = tensor.to(at::kDouble).contiguous();
  const double* const begin = doubles.const_data_ptr<double>();
  return {begin, begin + doubles.numel()};
}

}  // namespace torchactiv
