// Element types in memory, and the vectors that they are computed in: half types compute in float and round once.
#pragma once

#include <cstring>

#include "csrc/kernels/table.h"
#include "csrc/numbers/vector.h"

namespace torchactiv::TORCHACTIV_ISA {

struct Float32 {
  using Storage = float;
  using Vector = Floats;
  static Vector load(const Storage* p) { return Floats::load(p); }
  static void store(Storage* p, const Vector& a) { a.store(p); }
};

struct Float64 {
  using Storage = double;
  using Vector = Doubles;
  static Vector load(const Storage* p) { return Doubles::load(p); }
  static void store(Storage* p, const Vector& a) { a.store(p); }
};

struct BFloat16 {
  using Storage = std::uint16_t;
  using Vector = Floats;
  static Vector load(const Storage* p) {
    return Floats::from([&](int i) { return load_bfloat16(p + i * Float::lanes); });
  }
  static void store(Storage* p, const Vector& a) {
    for (int i = 0; i < 2; ++i) store_bfloat16(p + i * Float::lanes, a.v[i]);
  }
};

struct Float16 {
  using Storage = std::uint16_t;
  using Vector = Floats;
  static Vector load(const Storage* p) {
    return Floats::from([&](int i) { return load_half(p + i * Float::lanes); });
  }
  static void store(Storage* p, const Vector& a) {
    for (int i = 0; i < 2; ++i) store_half(p + i * Float::lanes, a.v[i]);
  }
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
void store_some(typename E::Storage* p, const typename E::Vector& a, std::int64_t n) {
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
