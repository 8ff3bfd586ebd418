// The second pass of backward where the first has kept s = g f'(u): loops that no activation has a part in, compiled
// once for all of them. See FusedRows and FusedColumns.
#pragma once

#include "csrc/kernels/normalisation.h"
#include "csrc/kernels/short_elements.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Data>
struct GradientOfSlope {
  [[gnu::flatten]] static void rows(const void* s, const void* x, void* dx, std::int64_t count, std::int64_t n,
                                    const Affine<float>* channels, const Correction<float>* corrections,
                                    const double* arguments, bool streams);
  [[gnu::flatten]] static void columns(const void* s, const void* x, const void* r, void* dx, std::int64_t count,
                                       std::int64_t stride, std::int64_t n, Affine<const float*> channels,
                                       Correction<const float*> corrections, const double* arguments, bool streams);
};
extern template struct GradientOfSlope<float>;
extern template struct GradientOfSlope<BFloat16Element>;
extern template struct GradientOfSlope<Float16Element>;

}  // namespace torchactiv::TORCHACTIV_ISA
