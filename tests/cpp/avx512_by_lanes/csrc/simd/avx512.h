// The vectors of csrc/simd/avx512.h as loops over their lanes, so that what is written for AVX-512 can be tested where
// there is none: each lane rounds as the instructions do. Only estimates have other errors, of the same size.
// csrc/simd/simd.h says what all this is.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>

namespace torchactiv::TORCHACTIV_ISA {

constexpr int lockstep = 4;
constexpr bool fused_float = true;
constexpr bool has_tables = true;
constexpr bool has_estimates = true;
constexpr bool has_streams = true;
constexpr bool loads_whole_lines = true;

template <std::floating_point T>
struct Bits;
template <>
struct Bits<float> {
  using Type = std::uint32_t;
  static constexpr int mantissa = 23, bias = 127;
};
template <>
struct Bits<double> {
  using Type = std::uint64_t;
  static constexpr int mantissa = 52, bias = 1023;
};
template <class T>
typename Bits<T>::Type bits_of(T a) {
  return std::bit_cast<typename Bits<T>::Type>(a);
}

template <int count>
struct LaneMask {
  std::array<bool, count> v;
};

template <class T, int count>
struct Lanes {
  static constexpr int lanes = count;
  using Scalar = T;
  using Word = typename Bits<T>::Type;
  using Mask = LaneMask<count>;
  static constexpr T infinity = std::numeric_limits<T>::infinity();
  std::array<T, count> v;

  Lanes() = default;
  explicit Lanes(double value) { v.fill(static_cast<T>(value)); }
  // Of a function of the lane's number.
  static Lanes from(auto&& lane) {
    Lanes result;
    for (int i = 0; i < count; ++i) result.v[i] = static_cast<T>(lane(i));
    return result;
  }
  static Lanes of_bits(auto&& lane) {
    return from([&](int i) { return std::bit_cast<T>(static_cast<Word>(lane(i))); });
  }
  static Mask where(auto&& lane) {
    Mask result;
    for (int i = 0; i < count; ++i) result.v[i] = lane(i);
    return result;
  }
  static Lanes load(const T* p) {
    return from([&](int i) { return p[i]; });
  }
  void store(T* p) const { std::memcpy(p, v.data(), sizeof v); }
  void stream(T* p) const { store(p); }
  static Lanes load_some(const T* p, std::int64_t n) {
    return from([&](int i) { return i < n ? p[i] : T(0); });
  }
  void store_some(T* p, std::int64_t n) const { std::memcpy(p, v.data(), static_cast<std::size_t>(n) * sizeof(T)); }
  Word bits(int i) const { return bits_of(v[i]); }

  friend Lanes operator+(const Lanes& a, const Lanes& b) {
    return from([&](int i) { return a.v[i] + b.v[i]; });
  }
  friend Lanes operator-(const Lanes& a, const Lanes& b) {
    return from([&](int i) { return a.v[i] - b.v[i]; });
  }
  friend Lanes operator*(const Lanes& a, const Lanes& b) {
    return from([&](int i) { return a.v[i] * b.v[i]; });
  }
  friend Lanes operator/(const Lanes& a, const Lanes& b) {
    return from([&](int i) { return a.v[i] / b.v[i]; });
  }
  friend Lanes operator-(const Lanes& a) {
    return from([&](int i) { return -a.v[i]; });
  }
  friend Mask operator<(const Lanes& a, const Lanes& b) {
    return where([&](int i) { return a.v[i] < b.v[i]; });
  }
  friend Mask operator<=(const Lanes& a, const Lanes& b) {
    return where([&](int i) { return a.v[i] <= b.v[i]; });
  }
  friend Mask operator>(const Lanes& a, const Lanes& b) {
    return where([&](int i) { return a.v[i] > b.v[i]; });
  }
  friend Mask operator==(const Lanes& a, const Lanes& b) {
    return where([&](int i) { return a.v[i] == b.v[i]; });
  }
  friend Lanes select(const Mask& m, const Lanes& a, const Lanes& b) {
    return from([&](int i) { return m.v[i] ? a.v[i] : b.v[i]; });
  }
  friend Lanes fma(const Lanes& a, const Lanes& b, const Lanes& c) {
    return from([&](int i) { return std::fma(a.v[i], b.v[i], c.v[i]); });
  }
  friend Lanes negative_fma(const Lanes& a, const Lanes& b, const Lanes& c) { return fma(-a, b, c); }
  friend Lanes abs(const Lanes& a) {
    return from([&](int i) { return std::fabs(a.v[i]); });
  }
  friend Lanes copysign(const Lanes& a, const Lanes& b) {
    return from([&](int i) { return std::copysign(a.v[i], b.v[i]); });
  }
  friend Lanes maximum_or_second(const Lanes& a, const Lanes& b) { return select(a > b, a, b); }
  friend Lanes minimum_or_second(const Lanes& a, const Lanes& b) { return select(a < b, a, b); }
  friend Lanes power_of_two(const Lanes& biased) {
    return of_bits([&](int i) { return biased.bits(i) << Bits<T>::mantissa; });
  }
  friend Lanes sqrt(const Lanes& a) {
    return from([&](int i) { return std::sqrt(a.v[i]); });
  }
  friend Lanes estimated_inverse(const Lanes& a) {
    return from([&](int i) { return estimate(1 / static_cast<double>(a.v[i])); });
  }
  friend Lanes estimated_inverse_sqrt(const Lanes& a) {
    return from([&](int i) { return estimate(1 / std::sqrt(static_cast<double>(a.v[i]))); });
  }
  friend Lanes exponent(const Lanes& a) {
    return from([&](int i) { return std::logb(a.v[i]); });
  }
  friend Lanes mantissa(const Lanes& a) {
    return from([&](int i) {
      int unused;
      const bool whole = a.v[i] == 0 || std::isinf(a.v[i]);
      return whole ? std::copysign(T(1), a.v[i]) : std::frexp(a.v[i], &unused);
    });
  }
  friend Lanes inverse_power(const Lanes& a) {
    constexpr Word exponents = static_cast<Word>(2 * Bits<T>::bias + 1) << Bits<T>::mantissa;
    constexpr Word of_one_twice = static_cast<Word>(2 * Bits<T>::bias) << Bits<T>::mantissa;
    return of_bits([&](int i) { return of_one_twice - (a.bits(i) & exponents); });
  }
  friend Lanes negated_where_odd(const Lanes& a, const Lanes& biased) {
    return from([&](int i) { return biased.bits(i) % 2 ? -a.v[i] : a.v[i]; });
  }
  friend Lanes times_power_of_two(const Lanes& a, const Lanes& n) {
    return from([&](int i) { return scaled(a.v[i], n.v[i]); });
  }
  friend Lanes times_small_power_of_two(const Lanes& a, const Lanes& n) { return times_power_of_two(a, n); }

 private:
  // To 14 bits.
  static double estimate(double a) { return std::bit_cast<double>(bits_of(a) & ~std::uint64_t{0} << 38); }
  // As the instruction does: a NaN times an infinite power is 0 or infinity.
  static T scaled(T a, T n) {
    if (std::isnan(n)) return n;
    if (std::isinf(n)) return std::isnan(a) ? (n > 0 ? infinity : T(0)) : a * (n > 0 ? infinity : T(0));
    return std::scalbn(a, static_cast<int>(std::floor(std::fmin(std::fmax(n, T(-4000)), T(4000)))));
  }
};

using Float = Lanes<float, 16>;
using Double = Lanes<double, 8>;
using FloatMask = Float::Mask;
using DoubleMask = Double::Mask;

template <int count>
bool any(const LaneMask<count>& m) {
  bool found = false;
  for (const bool lane : m.v) found |= lane;
  return found;
}
inline DoubleMask low_half(const FloatMask& m) {
  return Double::where([&](int i) { return m.v[i]; });
}
inline DoubleMask high_half(const FloatMask& m) {
  return Double::where([&](int i) { return m.v[i + Double::lanes]; });
}
inline Double low_half(const Float& a) {
  return Double::from([&](int i) { return a.v[i]; });
}
inline Double high_half(const Float& a) {
  return Double::from([&](int i) { return a.v[i + Double::lanes]; });
}
inline Float join(const Double& low, const Double& high) {
  return Float::from([&](int i) { return i < Double::lanes ? low.v[i] : high.v[i - Double::lanes]; });
}
template <class T, std::size_t count>
T sum_of_lanes(const std::array<T, count>& a) {
  T sum = 0;
  for (const T lane : a) sum += lane;
  return sum;
}

template <int parts>
Float segment(const Float& a) {
  return Float::of_bits([&](int i) { return a.bits(i) >> (23 - std::countr_zero(unsigned{parts})); });
}
template <int parts>
Float middle_of_segment(const Float& a) {
  constexpr std::uint32_t width = (1 << 23) / parts;
  return Float::of_bits([&](int i) { return (a.bits(i) & -width) | width / 2; });
}
template <int bits>
Float without_lowest_bits(const Float& a) {
  return Float::of_bits([&](int i) { return a.bits(i) & ~0u << bits; });
}
template <class T, std::size_t size, int count>
Lanes<T, count> lookup(const T (&table)[size], const Lanes<T, count>& index) {
  return Lanes<T, count>::from([&](int i) { return table[index.bits(i) % size]; });
}
template <int steps>
Float times_whole_power(const Float& a, const Float& n) {
  return times_power_of_two(a, n * Float(1.0 / steps));
}
// The bits of the index that name no entry are part of the exponent.
template <class T, std::size_t size, int count>
Lanes<T, count> lookup_power(const T (&table)[size], const Lanes<T, count>& index) {
  constexpr int shift = Bits<T>::mantissa - std::countr_zero(size);
  return Lanes<T, count>::of_bits(
      [&](int i) { return bits_of(table[index.bits(i) % size]) + (index.bits(i) << shift); });
}

inline void end_streams() {}

struct Shorts {
  std::array<std::uint16_t, Float::lanes> v;

  static Shorts load(const std::uint16_t* p) { return load_some(p, Float::lanes); }
  void store(std::uint16_t* p) const { store_some(p, Float::lanes); }
  static Shorts load_some(const std::uint16_t* p, std::int64_t n) {
    Shorts result{};
    std::memcpy(result.v.data(), p, static_cast<std::size_t>(n) * sizeof *p);
    return result;
  }
  void store_some(std::uint16_t* p, std::int64_t n) const {
    std::memcpy(p, v.data(), static_cast<std::size_t>(n) * sizeof *p);
  }
  static Shorts from(auto&& lane) {
    Shorts result;
    for (int i = 0; i < Float::lanes; ++i) result.v[i] = lane(i);
    return result;
  }
};

inline std::uint16_t bfloat16(float a) {
  const std::uint32_t bits = bits_of(a);
  return static_cast<std::uint16_t>((std::isnan(a) ? bits : bits + 0x7fff + (bits >> 16) % 2) >> 16);
}
inline float from_bfloat16(std::uint16_t a) { return std::bit_cast<float>(std::uint32_t{a} << 16); }
inline Float from_bfloat16(const Shorts& a) {
  return Float::from([&](int i) { return from_bfloat16(a.v[i]); });
}
inline Shorts to_bfloat16(const Float& a) {
  return Shorts::from([&](int i) { return bfloat16(a.v[i]); });
}
inline Float load_even_bfloat16(const std::uint16_t* p) {
  return Float::from([&](int i) { return from_bfloat16(p[2 * i]); });
}
inline Float load_odd_bfloat16(const std::uint16_t* p) { return load_even_bfloat16(p + 1); }
inline void store_bfloat16(std::uint16_t* p, const Float& even, const Float& odd) {
  for (int i = 0; i < Float::lanes; ++i) p[2 * i] = bfloat16(even.v[i]), p[2 * i + 1] = bfloat16(odd.v[i]);
}
inline Float from_half(const Shorts& a) {
  return Float::from([&](int i) { return std::bit_cast<_Float16>(a.v[i]); });
}
inline Shorts to_half(const Float& a) {
  return Shorts::from([&](int i) { return std::bit_cast<std::uint16_t>(static_cast<_Float16>(a.v[i])); });
}

}  // namespace torchactiv::TORCHACTIV_ISA
