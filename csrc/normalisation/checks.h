// What all normalisations demand of their tensors. Each throws what PyTorch throws, naming the argument that does not
// fit; `function` is who asks.
#pragma once

#include "csrc/normalisation/optional.h"

namespace torchactiv {

void check_data(const char* function, const at::Tensor& input);
// That weight, bias or statistics have the dtype and device of input; 16-bit input may have them in float32.
void check_values(const char* function, const char* name, const at::Tensor& values, const at::Tensor& input);
void check_residual(const char* function, const at::Tensor& residual, const at::Tensor& input);
// That statistics which are `updated` come together, and that none is to be differentiated by.
void check_running(const char* function, const MaybeTensor& mean, const MaybeTensor& variance, bool updated);
void check_eps(const char* function, double eps);
// Of the data's gradient, and of what backward is given besides: `count` numbers, one for each channel or row.
void check_gradient(const char* function, const char* name, const at::Tensor& gradient, const at::Tensor& input);
void check_statistic(const char* function, const char* name, const at::Tensor& values, const c10::SymInt& count,
                     const at::Tensor& input);

}  // namespace torchactiv
