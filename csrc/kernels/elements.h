// Element types in memory, and the vectors that they are computed in: half types compute in float and round once.
// splat() fills a vector with one element; lane(i) is where a vector has the i-th of the elements that it was loaded
// from. V is a batch of Float.
#pragma once

#include <bit>
#include <cstring>

#include "csrc/kernels/table.h"
#include "csrc/numbers/vector.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class V>
struct Float32In {
  using Storage = float;
  using Vector = V;
  static Vector load(const Storage* p) { return Vector::load(p); }
  static Vector splat(const Storage* p) { return Vector(*p); }
  static void store(Storage* p, const Vector& a) { a.store(p); }
  static constexpr std::int64_t lane(std::int64_t element) { return element; }
};

struct Float64 {
  using Storage = double;
  using Vector = Doubles;
  static Vector load(const Storage* p) { return Doubles::load(p); }
  static Vector splat(const Storage* p) { return Vector(*p); }
  static void store(Storage* p, const Vector& a) { a.store(p); }
  static constexpr std::int64_t lane(std::int64_t element) { return element; }
};

// Lanes hold the even elements of a group and then its odd ones, which spares every load and store a shuffle. No NaN
// that is stored has low bits: those of the elements have none, and those of arguments are replaced (directions.h).
template <class V>
struct BFloat16In {
  using Storage = std::uint16_t;
  using Vector = V;
  static Vector load(const Storage* p) {
    return Vector::from([&](int i) {
      const Storage* const pairs = p + i / 2 * 2 * Float::lanes;
      return i % 2 ? load_odd_bfloat16(pairs) : load_even_bfloat16(pairs);
    });
  }
  static Vector splat(const Storage* p) { return Vector(std::bit_cast<float>(std::uint32_t{*p} << 16)); }
  static void store(Storage* p, const Vector& a) {
    for (int i = 0; i < V::parts; i += 2) store_bfloat16(p + i * Float::lanes, a.v[i], a.v[i + 1]);
  }
  static constexpr std::int64_t lane(std::int64_t element) {
    constexpr std::int64_t group = 2 * Float::lanes;
    return element / group * group + element % 2 * Float::lanes + element % group / 2;
  }
};

template <class V>
struct Float16In {
  using Storage = std::uint16_t;
  using Vector = V;
  static Vector load(const Storage* p) {
    return Vector::from([&](int i) { return from_half(Shorts::load(p + i * Float::lanes)); });
  }
  static Vector splat(const Storage* p) {
    Storage copies[Float::lanes];
    for (Storage& copy : copies) copy = *p;
    const Float all = from_half(Shorts::load(copies));
    return Vector::from([&](int) { return all; });
  }
  static void store(Storage* p, const Vector& a) {
    for (int i = 0; i < V::parts; ++i) to_half(a.v[i]).store(p + i * Float::lanes);
  }
  static constexpr std::int64_t lane(std::int64_t element) { return element; }
};

using Float32 = Float32In<Floats>;
using BFloat16 = BFloat16In<ShortFloats>;
using Float16 = Float16In<ShortFloats>;
using ShortFloat32 = Float32In<ShortFloats>;  // floats that were 16-bit elements, and will be

// Elements of type E, computed in double.
template <class E>
struct InDoubles {
  using Storage = typename E::Storage;
  using Vector = SingleDoublesOf<2 * E::Vector::parts>;
  static Vector load(const Storage* p) { return doubles(E::load(p)); }
  static Vector splat(const Storage* p) { return doubles(E::splat(p)); }
  static void store(Storage* p, const Vector& a) {
    E::store(p, E::Vector::from([&](int i) { return join(a.v[2 * i], a.v[2 * i + 1]); }));
  }
  static constexpr std::int64_t lane(std::int64_t element) { return E::lane(element); }

 private:
  static Vector doubles(const typename E::Vector& a) {
    return Vector::from([&](int i) { return i % 2 ? high_half(a.v[i / 2]) : low_half(a.v[i / 2]); });
  }
};

using FewFloats = Batch<Float, SingleDoubles::parts / 2>;  // as many elements as SingleDoubles has

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

}  // namespace torchactiv::TORCHACTIV_ISA
