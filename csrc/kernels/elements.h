// Element types in memory, and the vectors that they are computed in: half types compute in float and round once.
#pragma once

#include <cstring>

#include "csrc/kernels/table.h"
#include "csrc/simd/simd.h"

namespace torchactiv::TORCHACTIV_ISA {

struct Float32 {
  using Storage = float;
  using Vector = Float;
  static Vector load(const Storage* p) { return Float::load(p); }
  static void store(Storage* p, Vector a) { a.store(p); }
};

struct Float64 {
  using Storage = double;
  using Vector = Double;
  static Vector load(const Storage* p) { return Double::load(p); }
  static void store(Storage* p, Vector a) { a.store(p); }
};

struct BFloat16 {
  using Storage = std::uint16_t;
  using Vector = Float;
  static Vector load(const Storage* p) { return load_bfloat16(p); }
  static void store(Storage* p, Vector a) { store_bfloat16(p, a); }
};

struct Float16 {
  using Storage = std::uint16_t;
  using Vector = Float;
  static Vector load(const Storage* p) { return load_half(p); }
  static void store(Storage* p, Vector a) { store_half(p, a); }
};

template <class E>
constexpr int lanes = E::Vector::lanes;

// The first n elements; the lanes behind them are zero.
template <class E>
typename E::Vector load_some(const typename E::Storage* p, std::int64_t n) {
  typename E::Storage buffer[lanes<E>] = {};
  std::memcpy(buffer, p, static_cast<std::size_t>(n) * sizeof *p);
  return E::load(buffer);
}

template <class E>
void store_some(typename E::Storage* p, typename E::Vector a, std::int64_t n) {
  typename E::Storage buffer[lanes<E>];
  E::store(buffer, a);
  std::memcpy(p, buffer, static_cast<std::size_t>(n) * sizeof *p);
}

// Every lane holds the one element at p.
template <class E>
typename E::Vector load_splat(const typename E::Storage* p) {
  typename E::Storage buffer[lanes<E>];
  for (auto& element : buffer) element = *p;
  return E::load(buffer);
}

}  // namespace torchactiv::TORCHACTIV_ISA
