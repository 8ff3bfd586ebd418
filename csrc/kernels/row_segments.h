// Kernels of rows whose channels, segments of `length` elements, have a weight each.
#pragma once

#include "csrc/kernels/normalisation_block.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class T>
void segments_normalise(const T* x, T* u, std::int64_t segments, std::int64_t length, const Affine<T>* affine) {
  for (std::int64_t segment = 0; segment < segments; ++segment)
    normalise(x + segment * length, u + segment * length, length, affine[segment]);
}

template <class T>
void segments_forward(FusedKernels f, const T* x, T* y, std::int64_t segments, std::int64_t length,
                      const Affine<T>* affine) {
  if constexpr (std::is_same_v<T, float>)
    if (f.loops) return f.loops->rows_forward(x, nullptr, y, segments, length, affine, f.arguments, f.streams);
  segments_normalise(x, y, segments, length, affine);
  activate(f, y, segments * length);
}

template <class T>
void segments_backward(FusedKernels f, const T* g, const T* x, T* s, std::int64_t segments, std::int64_t length,
                       const Affine<T>* affine, std::array<double, 2>* sums) {
  if constexpr (std::is_same_v<T, float>)
    if (f.loops) return f.loops->rows_sums(g, x, nullptr, s, segments, length, affine, sums, f.arguments);
  if (!f.is_identity) {
    segments_normalise(x, s, segments, length, affine);
    derivative(f, g, s, segments * length);
  }
  for (std::int64_t segment = 0; segment < segments; ++segment) {
    const std::int64_t at = segment * length;
    add_to_sums((f.is_identity ? g : s) + at, x + at, length, affine[segment].centre, sums[segment].data(),
                [](std::int64_t, const auto&) {});
  }
}

template <class T>
void segments_correct(FusedKernels f, const T* s, const T* x, T* dx, std::int64_t segments, std::int64_t length,
                      const Affine<T>* affine, const Correction<T>* corrections) {
  if constexpr (std::is_same_v<T, float>)
    if (f.loops) return f.loops->rows_gradient(s, x, dx, segments, length, affine, corrections, f.arguments, f.streams);
  for (std::int64_t segment = 0; segment < segments; ++segment, s += length, x += length, dx += length) {
    const T scale = affine[segment].scale;
    const Correction<T> c = corrections[segment];
#pragma GCC ivdep
    for (std::int64_t i = 0; i < length; ++i)
      dx[i] = multiply_add(multiply_add(x[i] - c.centre, c.slope, c.shift), -c.scale, s[i] * scale);
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
