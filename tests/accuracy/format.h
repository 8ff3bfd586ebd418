// The floating-point formats that are swept: what a bit pattern means, and what a unit in its last place is.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "csrc/kernels/table.h"

namespace accuracy {

struct Float32 {
  using Bits = std::uint32_t;
  static constexpr auto element = torchactiv::Element::float32;
  static constexpr const char* name = "float32";
  static constexpr int precision = 24, largest_exponent = 127;
};

struct BFloat16 {
  using Bits = std::uint16_t;
  static constexpr auto element = torchactiv::Element::bfloat16;
  static constexpr const char* name = "bfloat16";
  static constexpr int precision = 8, largest_exponent = 127;
};

struct Float16 {
  using Bits = std::uint16_t;
  static constexpr auto element = torchactiv::Element::float16;
  static constexpr const char* name = "float16";
  static constexpr int precision = 11, largest_exponent = 15;
};

template <class Format>
constexpr int smallest_exponent = 1 - Format::largest_exponent;
template <class Format>
constexpr int bit_count = 8 * sizeof(typename Format::Bits);
template <class Format>
constexpr typename Format::Bits sign_bit = typename Format::Bits{1} << (bit_count<Format> - 1);
template <class Format>
constexpr typename Format::Bits infinity_bits = (2 * Format::largest_exponent + 1) << (Format::precision - 1);

// 2^n for the exponent of a normal double.
inline double power_of_two(int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

template <class Format>
double decode(typename Format::Bits bits) {
  const std::uint32_t magnitude = bits & ~sign_bit<Format>;
  double value = std::numeric_limits<double>::quiet_NaN();
  if (magnitude == infinity_bits<Format>) value = std::numeric_limits<double>::infinity();
  if (magnitude < infinity_bits<Format>) {
    constexpr std::uint32_t hidden = 1u << (Format::precision - 1);
    const std::uint32_t exponent = magnitude / hidden;
    const std::uint32_t significand = exponent == 0 ? magnitude : magnitude % hidden + hidden;
    const int power = static_cast<int>(std::max(exponent, 1u)) - Format::largest_exponent - (Format::precision - 1);
    value = significand * power_of_two(power);
  }
  return bits & sign_bit<Format> ? -value : value;
}

template <>
inline double decode<Float32>(std::uint32_t bits) {
  return std::bit_cast<float>(bits);
}

// The exponent of the binade that x lies in, as the format sees it: denormals share one, and so does what overflows.
template <class Format>
int binade(double x) {
  const int exponent = static_cast<int>(std::bit_cast<std::uint64_t>(x) >> 52 & 0x7ff) - 1023;
  return std::clamp(exponent, smallest_exponent<Format>, Format::largest_exponent);
}

template <class Format>
int binade(long double x) {
  if (x == 0) return smallest_exponent<Format>;
  return std::clamp(std::ilogb(x), smallest_exponent<Format>, Format::largest_exponent);
}

template <class Format, class T>
double unit_in_last_place(T x) {
  return power_of_two(binade<Format>(x) - (Format::precision - 1));
}

// The pattern nearest to a finite value, ties to even.
template <class Format>
typename Format::Bits encode(double value) {
  const double magnitude = std::fabs(value);
  const int binade_index = binade<Format>(magnitude) - smallest_exponent<Format>;
  const auto units =
      static_cast<std::uint64_t>(std::nearbyint(std::min(magnitude / unit_in_last_place<Format>(magnitude), 0x1p32)));
  // The hidden bit of `units` adds one to the exponent, and so does a carry out of the significand.
  const std::uint64_t bits = (static_cast<std::uint64_t>(binade_index) << (Format::precision - 1)) + units;
  const auto bounded = static_cast<typename Format::Bits>(std::min<std::uint64_t>(bits, infinity_bits<Format>));
  return std::signbit(value) ? bounded | sign_bit<Format> : bounded;
}

// |result - exact|, where an infinite result stands for the number at which the format's next binade would begin.
template <class Format, class T>
T distance(double result, T exact) {
  if (result == exact) return 0;
  if (!std::isinf(result)) return std::fabs(result - exact);
  const T begin = std::copysign(2 * power_of_two(Format::largest_exponent), result);
  return result > 0 ? std::max<T>(begin - exact, 0) : std::max<T>(exact - begin, 0);
}

template <class Format, class T>
double error_in_ulp(double result, T exact) {
  return static_cast<double>(distance<Format>(result, exact) / unit_in_last_place<Format>(exact));
}

}  // namespace accuracy
