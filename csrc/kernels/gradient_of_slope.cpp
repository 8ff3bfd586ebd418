#include "csrc/kernels/gradient_of_slope.h"

#include <utility>

#include "csrc/kernels/normalisation_gradient.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Data>
[[gnu::flatten]] void GradientOfSlope<Data>::rows(const void* s, const void* x, void* dx, std::int64_t count,
                                                  std::int64_t n, const Affine<float>* channels,
                                                  const Correction<float>* corrections, const double*, bool streams) {
  rows_gradient<Data>(s, x, dx, count, n, channels, corrections, streams,
                      [](const auto& kept, const auto&) { return kept; });
}

template <class Data>
[[gnu::flatten]] void GradientOfSlope<Data>::columns(const void* of_slope, const void* of_x, const void*, void* dx,
                                                     std::int64_t count, std::int64_t stride, std::int64_t n,
                                                     Affine<const float*> channels,
                                                     Correction<const float*> corrections, const double*,
                                                     bool streams) {
  const Data *const s = static_cast<const Data*>(of_slope), *const x = static_cast<const Data*>(of_x);
  columns_gradient<false>(static_cast<Data*>(dx), count, stride, n, channels, corrections, streams, streams,
                          [&](auto some, std::int64_t at, const auto& c) {
                            return std::pair{some.read(s + at), some.read(x + at) - c.centre};
                          });
}

template struct GradientOfSlope<float>;
template struct GradientOfSlope<BFloat16Element>;
template struct GradientOfSlope<Float16Element>;

}  // namespace torchactiv::TORCHACTIV_ISA
