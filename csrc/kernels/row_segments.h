// Kernels of rows whose channels, segments of `length` elements, have a weight each. Data of 16 bits are for loops with
// the activation only.
#pragma once

#include "csrc/kernels/normalisation_block.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Data>
const FusedRows& rows_in(const FusedNormalisation& loops) {
  return loops.rows[static_cast<int>(element_of<Data>)];
}

template <class T>
void segments_normalise(const T* x, T* u, std::int64_t segments, std::int64_t length, const Affine<T>* affine) {
  for (std::int64_t segment = 0; segment < segments; ++segment)
    normalise(x + segment * length, u + segment * length, length, affine[segment]);
}

template <class Data, class T>
void segments_forward(FusedKernels f, const Data* x, Data* y, std::int64_t segments, std::int64_t length,
                      const Affine<T>* affine) {
  if constexpr (std::is_same_v<T, float>)
    if (f.loops)
      return rows_in<Data>(*f.loops).forward(x, nullptr, y, segments, length, affine, f.arguments, f.streams);
  if constexpr (std::is_same_v<T, Data>) {
    segments_normalise(x, y, segments, length, affine);
    activate(f, y, segments * length);
  }
}

template <class Data, class T>
void segments_backward(FusedKernels f, const Data* g, const Data* x, Data* s, std::int64_t segments,
                       std::int64_t length, const Affine<T>* affine, std::array<double, 2>* sums) {
  if constexpr (std::is_same_v<T, float>)
    if (f.loops) return rows_in<Data>(*f.loops).sums(g, x, nullptr, s, segments, length, affine, sums, f.arguments);
  if constexpr (std::is_same_v<T, Data>) {
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
}

template <class Data, class T>
void segments_correct(FusedKernels f, const Data* s, const Data* x, Data* dx, std::int64_t segments,
                      std::int64_t length, const Affine<T>* affine, const Correction<T>* corrections) {
  if constexpr (std::is_same_v<T, float>)
    if (f.loops)
      return rows_in<Data>(*f.loops).gradient(s, x, dx, segments, length, affine, corrections, f.arguments,
                                              f.streams && !f.leaves_slope());
  if constexpr (std::is_same_v<T, Data>)
    for (std::int64_t segment = 0; segment < segments; ++segment, s += length, x += length, dx += length) {
      const T scale = affine[segment].scale;
      const Correction<T> c = corrections[segment];
#pragma GCC ivdep
      for (std::int64_t i = 0; i < length; ++i)
        dx[i] = multiply_add(multiply_add(x[i] - c.centre, c.slope, c.shift), -c.scale, s[i] * scale);
    }
}

}  // namespace torchactiv::TORCHACTIV_ISA
