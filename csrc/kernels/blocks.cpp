#include "csrc/kernels/blocks.h"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "csrc/kernels/elements.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

// The compiler makes vectors of these loops, which it cannot of the conversions of half (csrc/simd/).
void widen_bfloat16(const void* from, std::int64_t n, float* to) {
  const auto* const in = static_cast<const std::uint16_t*>(from);
  for (std::int64_t i = 0; i < n; ++i) to[i] = std::bit_cast<float>(std::uint32_t{in[i]} << 16);
}

void narrow_bfloat16(const float* from, std::int64_t n, void* to) {
  auto* const out = static_cast<std::uint16_t*>(to);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(from[i]);
    const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
    const std::uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    out[i] = static_cast<std::uint16_t>(is_nan ? bits >> 16 | 0x40u : rounded);
  }
}

void widen_float16(const void* from, std::int64_t n, float* to) {
  const auto* const in = static_cast<const std::uint16_t*>(from);
  std::int64_t done = 0;
  for (; done + Float::lanes <= n; done += Float::lanes) from_half(Shorts::load(in + done)).store(to + done);
  if (done == n) return;
  std::uint16_t halves[Float::lanes] = {};
  float floats[Float::lanes];
  std::copy_n(in + done, n - done, halves);
  from_half(Shorts::load(halves)).store(floats);
  std::copy_n(floats, n - done, to + done);
}

void narrow_float16(const float* from, std::int64_t n, void* to) {
  auto* const out = static_cast<std::uint16_t*>(to);
  std::int64_t done = 0;
  for (; done + Float::lanes <= n; done += Float::lanes) to_half(Float::load(from + done)).store(out + done);
  if (done == n) return;
  std::uint16_t halves[Float::lanes];
  float floats[Float::lanes] = {};
  std::copy_n(from + done, n - done, floats);
  to_half(Float::load(floats)).store(halves);
  std::copy_n(halves, n - done, out + done);
}

// In 64 places side by side, which are then joined two by two.
template <class T>
double sum(const void* values, std::int64_t n) {
  constexpr std::int64_t places = 64;
  const T* const in = static_cast<const T*>(values);
  T totals[places] = {};
  std::int64_t done = 0;
  for (; done + places <= n; done += places)
    for (std::int64_t i = 0; i < places; ++i) totals[i] += in[done + i];
  for (std::int64_t i = 0; done + i < n; ++i) totals[i] += in[done + i];
  for (std::int64_t half = places / 2; half > 0; half /= 2)
    for (std::int64_t i = 0; i < half; ++i) totals[i] += totals[i + half];
  return static_cast<double>(totals[0]);
}

// Of short rows: in the lanes of four vectors.
template <class V>
void sum_rows(const void* values, std::int64_t rows, std::int64_t n, double* into, std::int64_t stride) {
  using T = typename V::Scalar;
  constexpr std::int64_t together = 4, lanes = V::lanes;
  const T* in = static_cast<const T*>(values);
  for (std::int64_t row = 0; row < rows; ++row, in += n) {
    V totals[together];
    for (V& total : totals) total = V(0.0);
    std::int64_t done = 0;
    for (; done + together * lanes <= n; done += together * lanes)
      for (int i = 0; i < together; ++i) totals[i] = totals[i] + V::load(in + done + i * lanes);
    for (; done + lanes <= n; done += lanes) totals[0] = totals[0] + V::load(in + done);
    if constexpr (std::is_same_v<T, float>) {
      if (done < n) totals[1] = totals[1] + V::load_some(in + done, n - done);
      done = n;
    }
    auto sum = sum_of_lanes(((totals[0] + totals[1]) + (totals[2] + totals[3])).v);
    for (; done < n; ++done) sum += in[done];
    into[row * stride] += static_cast<double>(sum);
  }
}

template <class T>
void add(const void* values, std::int64_t n, void* totals) {
  const T* const in = static_cast<const T*>(values);
  T* const out = static_cast<T*>(totals);
  for (std::int64_t i = 0; i < n; ++i) out[i] += in[i];
}

}  // namespace

extern const BlockFunctions block_functions;
const BlockFunctions block_functions{widen_bfloat16, widen_float16,   narrow_bfloat16,  narrow_float16, sum<float>,
                                     sum<double>,    sum_rows<Float>, sum_rows<Double>, add<float>,     add<double>};

}  // namespace torchactiv::TORCHACTIV_ISA
