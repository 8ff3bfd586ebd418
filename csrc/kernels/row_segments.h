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
  const auto add = [&](auto& slopes, auto& distances, std::int64_t i) {
    using V = std::remove_cvref_t<decltype(slopes)>;
    V slope, value;
    if constexpr (std::is_same_v<V, T>)
      slope = s[i], value = x[i];
    else
      slope = V::load(s + i), value = V::load(x + i);
    slopes = slopes + slope;
    distances = multiply_add(slope, value - V(centre), distances);
  };
  using Four = Lanes<T>;
  using One = Column<T>;
  std::int64_t i = 0;
  One slopes(0.0), distances(0.0);
  if (n >= Four::lanes) {
    Four of_slopes(0.0), of_distances(0.0);
    for (; i + Four::lanes <= n; i += Four::lanes) add(of_slopes, of_distances, i);
    slopes = (of_slopes.v[0] + of_slopes.v[2]) + (of_slopes.v[1] + of_slopes.v[3]);
    distances = (of_distances.v[0] + of_distances.v[2]) + (of_distances.v[1] + of_distances.v[3]);
  }
  for (; i + One::lanes <= n; i += One::lanes) add(slopes, distances, i);
  T slope_rest = 0, distance_rest = 0;
  for (; i < n; ++i) add(slope_rest, distance_rest, i);
  sums[0] += total<T>(slopes) + static_cast<double>(slope_rest);
  sums[1] += total<T>(distances) + static_cast<double>(distance_rest);
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
