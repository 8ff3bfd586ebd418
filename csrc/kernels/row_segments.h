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
  segments_normalise(x, y, segments, length, affine);
  activate(f, y, segments * length);
}

// Added to two sums: s, and s (x - centre).
template <class T>
void sum_segment(const T* s, const T* x, std::int64_t n, T centre, double* sums) {
  add_to_sums(s, x, n, centre, sums, [](std::int64_t, const auto&) {});
}

// s = g f', unless f is the identity, whose s is g; and the sums of each segment.
template <class T>
void segments_backward(FusedKernels f, const T* g, const T* x, T* s, std::int64_t segments, std::int64_t length,
                       const Affine<T>* affine, double* sums) {
  if (!f.is_identity) {
    segments_normalise(x, s, segments, length, affine);
    derivative(f, g, s, segments * length);
  }
  for (std::int64_t segment = 0; segment < segments; ++segment) {
    const std::int64_t at = segment * length;
    sum_segment((f.is_identity ? g : s) + at, x + at, length, affine[segment].centre, sums + 2 * segment);
  }
}

// dx = s factor - shift - (x - centre) slope; s may be in the place of dx.
template <class T>
void segments_correct(const T* s, const T* x, T* dx, std::int64_t segments, std::int64_t length, const T* factors,
                      Affine<T> correction) {
  for (std::int64_t segment = 0; segment < segments; ++segment, s += length, x += length, dx += length) {
    const T factor = factors[segment];
#pragma GCC ivdep
    for (std::int64_t i = 0; i < length; ++i)
      dx[i] = multiply_add(s[i], factor, multiply_add(x[i] - correction.centre, -correction.scale, -correction.shift));
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
