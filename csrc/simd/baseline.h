// Vectors for any CPU, by the compiler's vector extension (GCC, Clang): four floats, two doubles, which is SSE2 on
// x86-64 and NEON on ARM. See csrc/simd/simd.h for what each must offer.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace torchactiv::TORCHACTIV_ISA {

// clang-format off
typedef float        Float4  __attribute__((vector_size(16)));
typedef std::int32_t Int4    __attribute__((vector_size(16)));
typedef float        Float2  __attribute__((vector_size(8)));
typedef std::int32_t Int2    __attribute__((vector_size(8)));
typedef double       Double2 __attribute__((vector_size(16)));
typedef std::int64_t Long2   __attribute__((vector_size(16)));
// clang-format on

constexpr int lockstep = 2;
constexpr bool fused_float = false;
constexpr bool has_tables = false;
constexpr bool has_estimates = false;
constexpr bool has_streams = false;
constexpr bool loads_whole_lines = false;

struct DoubleMask {
  Long2 v;
};

struct Double {
  static constexpr int lanes = 2;
  using Scalar = double;
  Double2 v;

  Double() = default;
  Double(Double2 value) : v(value) {}
  explicit Double(double value) : v{value, value} {}
  static Double load(const double* p) {
    Double a;
    std::memcpy(&a.v, p, sizeof a.v);
    return a;
  }
  void store(double* p) const { std::memcpy(p, &v, sizeof v); }

  friend Double operator+(Double a, Double b) { return a.v + b.v; }
  friend Double operator-(Double a, Double b) { return a.v - b.v; }
  friend Double operator*(Double a, Double b) { return a.v * b.v; }
  friend Double operator/(Double a, Double b) { return a.v / b.v; }
  friend Double operator-(Double a) { return -a.v; }
  friend DoubleMask operator<(Double a, Double b) { return {a.v < b.v}; }
  friend DoubleMask operator<=(Double a, Double b) { return {a.v <= b.v}; }
  friend DoubleMask operator>(Double a, Double b) { return {a.v > b.v}; }
  friend DoubleMask operator==(Double a, Double b) { return {a.v == b.v}; }
  friend Double select(DoubleMask m, Double a, Double b) { return m.v ? a.v : b.v; }
  // Rounds twice where there is no such instruction: an emulation would cost more than it gives here.
  friend Double fma(Double a, Double b, Double c) { return a.v * b.v + c.v; }
  friend Double negative_fma(Double a, Double b, Double c) { return c.v - a.v * b.v; }
  friend Double abs(Double a) { return std::bit_cast<Double2>(std::bit_cast<Long2>(a.v) & INT64_MAX); }
  friend Double copysign(Double a, Double b) {
    return std::bit_cast<Double2>((std::bit_cast<Long2>(a.v) & INT64_MAX) | (std::bit_cast<Long2>(b.v) & INT64_MIN));
  }
  friend Double maximum_or_second(Double a, Double b) { return a.v > b.v ? a.v : b.v; }
  friend Double minimum_or_second(Double a, Double b) { return a.v < b.v ? a.v : b.v; }
  // 2^n, where the low bits of `biased`, taken as an integer, are n + 1023.
  friend Double power_of_two(Double biased) { return std::bit_cast<Double2>(std::bit_cast<Long2>(biased.v) << 52); }
  friend Double sqrt(Double a) { return Double2{std::sqrt(a.v[0]), std::sqrt(a.v[1])}; }
  friend Double exponent(Double a) {
    return Double(std::bit_cast<Double2>((std::bit_cast<Long2>(a.v) >> 52) | 0x4330000000000000)) -
           Double(0x1p52 + 1023);
  }
  friend Double inverse_power(Double a) {
    return std::bit_cast<Double2>(0x7fe0000000000000 - (std::bit_cast<Long2>(a.v) & 0x7ff0000000000000));
  }
  friend Double negated_where_odd(Double a, Double biased) {
    return std::bit_cast<Double2>(std::bit_cast<Long2>(a.v) ^ (std::bit_cast<Long2>(biased.v) << 63));
  }
  friend Double times_power_of_two(Double a, Double n) { return a * power_of_two(n + Double(0x1.8p52 + 1023)); }
  friend Double times_small_power_of_two(Double a, Double n) { return times_two_powers(a, n, 0x1.8p52 + 1023); }
};

struct FloatMask {
  Int4 v;
};

struct Float {
  static constexpr int lanes = 4;
  using Scalar = float;
  Float4 v;

  Float() = default;
  Float(Float4 value) : v(value) {}
  explicit Float(double value) : Float(Float4{} + static_cast<float>(value)) {}
  static Float load(const float* p) {
    Float a;
    std::memcpy(&a.v, p, sizeof a.v);
    return a;
  }
  void store(float* p) const { std::memcpy(p, &v, sizeof v); }
  // The first n of them; the lanes behind are 0.
  static Float load_some(const float* p, std::int64_t n) {
    Float a(0.0);
    std::memcpy(&a.v, p, static_cast<std::size_t>(n) * sizeof(float));
    return a;
  }
  void store_some(float* p, std::int64_t n) const { std::memcpy(p, &v, static_cast<std::size_t>(n) * sizeof(float)); }

  friend Float operator+(Float a, Float b) { return a.v + b.v; }
  friend Float operator-(Float a, Float b) { return a.v - b.v; }
  friend Float operator*(Float a, Float b) { return a.v * b.v; }
  friend Float operator/(Float a, Float b) { return a.v / b.v; }
  friend Float operator-(Float a) { return -a.v; }
  friend FloatMask operator<(Float a, Float b) { return {a.v < b.v}; }
  friend FloatMask operator<=(Float a, Float b) { return {a.v <= b.v}; }
  friend FloatMask operator>(Float a, Float b) { return {a.v > b.v}; }
  friend FloatMask operator==(Float a, Float b) { return {a.v == b.v}; }
  friend Float select(FloatMask m, Float a, Float b) { return m.v ? a.v : b.v; }
  friend Float abs(Float a) { return std::bit_cast<Float4>(std::bit_cast<Int4>(a.v) & INT32_MAX); }
  friend Float copysign(Float a, Float b) {
    return std::bit_cast<Float4>((std::bit_cast<Int4>(a.v) & INT32_MAX) | (std::bit_cast<Int4>(b.v) & INT32_MIN));
  }
  friend Float maximum_or_second(Float a, Float b) { return a.v > b.v ? a.v : b.v; }
  friend Float minimum_or_second(Float a, Float b) { return a.v < b.v ? a.v : b.v; }
  // Likewise, with n + 127.
  friend Float power_of_two(Float biased) { return std::bit_cast<Float4>(std::bit_cast<Int4>(biased.v) << 23); }
  friend Float sqrt(Float a) {
    return Float4{std::sqrt(a.v[0]), std::sqrt(a.v[1]), std::sqrt(a.v[2]), std::sqrt(a.v[3])};
  }
  friend Float exponent(Float a) {
    return Float(std::bit_cast<Float4>((std::bit_cast<Int4>(a.v) >> 23) | 0x4b000000)) - Float(0x1p23 + 127);
  }
  friend Float inverse_power(Float a) {
    return std::bit_cast<Float4>(0x7f000000 - (std::bit_cast<Int4>(a.v) & 0x7f800000));
  }
  friend Float negated_where_odd(Float a, Float biased) {
    return std::bit_cast<Float4>(std::bit_cast<Int4>(a.v) ^ (std::bit_cast<Int4>(biased.v) << 31));
  }
  friend Float times_power_of_two(Float a, Float n) { return a * power_of_two(n + Float(0x1.8p23 + 127)); }
  friend Float times_small_power_of_two(Float a, Float n) { return times_two_powers(a, n, 0x1.8p23 + 127); }
};

inline Double low_half(Float a) { return __builtin_convertvector((Float2{a.v[0], a.v[1]}), Double2); }
inline Double high_half(Float a) { return __builtin_convertvector((Float2{a.v[2], a.v[3]}), Double2); }
inline Float join(Double a, Double b) {
  const Float2 low = __builtin_convertvector(a.v, Float2), high = __builtin_convertvector(b.v, Float2);
  return Float4{low[0], low[1], high[0], high[1]};
}
inline float sum_of_lanes(Float4 a) { return (a[0] + a[2]) + (a[1] + a[3]); }
inline double sum_of_lanes(Double2 a) { return a[0] + a[1]; }

inline Double lookup(const double (&table)[16], Double index) {
  const Long2 i = std::bit_cast<Long2>(index.v) & 15;
  return Double2{table[i[0]], table[i[1]]};
}

inline void end_streams() {}

inline bool any(DoubleMask m) { return (m.v[0] | m.v[1]) != 0; }
inline bool any(FloatMask m) { return (m.v[0] | m.v[1] | m.v[2] | m.v[3]) != 0; }
inline DoubleMask low_half(FloatMask m) { return {Long2{m.v[0], m.v[1]}}; }
inline DoubleMask high_half(FloatMask m) { return {Long2{m.v[2], m.v[3]}}; }

// The product is exact in double, so that only the sum is rounded twice.
inline Float fma(Float a, Float b, Float c) {
  return join(low_half(a) * low_half(b) + low_half(c), high_half(a) * high_half(b) + high_half(c));
}

inline Float negative_fma(Float a, Float b, Float c) { return fma(-a, b, c); }

// Half by its bits: normal numbers are shifted and rebiased by a multiplication with 2^112, which also makes the
// denormals normal; infinities and NaN get the largest exponent.
inline float half_to_float(std::uint16_t half) {
  const std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7fff) << 13;
  float value = std::bit_cast<float>(magnitude) * 0x1p112f;
  if ((half & 0x7c00) == 0x7c00) value = std::bit_cast<float>(magnitude | 0x7f800000u);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | static_cast<std::uint32_t>(half & 0x8000) << 16);
}

// Round to nearest, ties to even. Adding 2^(e + 13) to a number of exponent e leaves just the bits that a half keeps.
inline std::uint16_t float_to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
  if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00);  // 65520 and above round to infinity
  if (magnitude < 0x38800000u) {                                                   // a denormal half, in units of 2^-24
    const float rounded = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(rounded) - 0x3f000000u));
  }
  const std::uint32_t odd = magnitude >> 13 & 1;
  return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000u + 0xfff + odd) >> 13));
}

struct Shorts {
  std::uint16_t v[Float::lanes];

  static Shorts load(const std::uint16_t* p) { return load_some(p, Float::lanes); }
  void store(std::uint16_t* p) const { store_some(p, Float::lanes); }
  static Shorts load_some(const std::uint16_t* p, std::int64_t n) {
    Shorts a{};
    std::memcpy(a.v, p, static_cast<std::size_t>(n) * sizeof *p);
    return a;
  }
  void store_some(std::uint16_t* p, std::int64_t n) const {
    std::memcpy(p, v, static_cast<std::size_t>(n) * sizeof *p);
  }
};

inline Float from_half(Shorts a) {
  return Float4{half_to_float(a.v[0]), half_to_float(a.v[1]), half_to_float(a.v[2]), half_to_float(a.v[3])};
}
inline Shorts to_half(Float a) {
  return {{float_to_half(a.v[0]), float_to_half(a.v[1]), float_to_half(a.v[2]), float_to_half(a.v[3])}};
}

// bfloat16 in pairs of elements, which are the halves of a 32-bit lane (of a little-endian machine).
inline Int4 load_pairs(const std::uint16_t* p) {
  Int4 pairs;
  std::memcpy(&pairs, p, sizeof pairs);
  return pairs;
}
inline Float load_even_bfloat16(const std::uint16_t* p) { return std::bit_cast<Float4>(load_pairs(p) << 16); }
inline Float load_odd_bfloat16(const std::uint16_t* p) { return std::bit_cast<Float4>(load_pairs(p) & -0x10000); }

// The upper half of the sum is the float rounded to nearest, ties to even, unless it is a NaN with low bits.
inline Int4 round_to_bfloat16(Float a) {
  const Int4 bits = std::bit_cast<Int4>(a.v);
  return bits + 0x7fff + (bits >> 16 & 1);
}
inline void store_bfloat16(std::uint16_t* p, Float even, Float odd) {
  const Int4 pairs = (round_to_bfloat16(even) >> 16 & 0xffff) | (round_to_bfloat16(odd) & -0x10000);
  std::memcpy(p, &pairs, sizeof pairs);
}

inline Float from_bfloat16(Shorts a) { return std::bit_cast<Float4>(Int4{a.v[0], a.v[1], a.v[2], a.v[3]} << 16); }
inline Shorts to_bfloat16(Float a) {
  const Int4 bits = a.v == a.v ? round_to_bfloat16(a) : std::bit_cast<Int4>(a.v);
  Shorts rounded;
  for (int i = 0; i < Float::lanes; ++i) rounded.v[i] = static_cast<std::uint16_t>(bits[i] >> 16);
  return rounded;
}

}  // namespace torchactiv::TORCHACTIV_ISA
