// Elements of 16 bits in memory, as types of their own, and vectors of them.
#pragma once

#include <type_traits>

#include "csrc/kernels/table.h"
#include "csrc/simd/simd.h"

namespace torchactiv::TORCHACTIV_ISA {

enum class BFloat16Element : std::uint16_t {};
enum class Float16Element : std::uint16_t {};

inline Float converted(Shorts a, BFloat16Element) { return from_bfloat16(a); }
inline Float converted(Shorts a, Float16Element) { return from_half(a); }
inline Shorts converted(Float a, BFloat16Element) { return to_bfloat16(a); }
inline Shorts converted(Float a, Float16Element) { return to_half(a); }

template <class Data>
constexpr bool has_16_bits = sizeof(Data) == sizeof(std::uint16_t);
// The type that data are computed in.
template <class Data>
using Computed = std::conditional_t<has_16_bits<Data>, float, Data>;

template <class Data>
constexpr auto element_of = std::is_same_v<Data, float>             ? Element::float32
                            : std::is_same_v<Data, double>          ? Element::float64
                            : std::is_same_v<Data, BFloat16Element> ? Element::bfloat16
                                                                    : Element::float16;

template <class Data>
Float load_elements(const Data* p) {
  return converted(Shorts::load(reinterpret_cast<const std::uint16_t*>(p)), Data());
}
template <class Data>
void store_elements(Float a, Data* p) {
  converted(a, Data()).store(reinterpret_cast<std::uint16_t*>(p));
}
// The first n of a vector.
template <class Data>
Float load_elements(const Data* p, std::int64_t n) {
  return converted(Shorts::load_some(reinterpret_cast<const std::uint16_t*>(p), n), Data());
}
template <class Data>
void store_elements(Float a, Data* p, std::int64_t n) {
  converted(a, Data()).store_some(reinterpret_cast<std::uint16_t*>(p), n);
}
// A single one.
template <class Data>
float load_element(const Data* p) {
  float numbers[Float::lanes];
  load_elements(p, 1).store(numbers);
  return numbers[0];
}
template <class Data>
void store_element(float a, Data* p) {
  store_elements(Float(static_cast<double>(a)), p, 1);
}

}  // namespace torchactiv::TORCHACTIV_ISA
