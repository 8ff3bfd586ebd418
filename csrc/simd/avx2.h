// Vectors of AVX2 with FMA and F16C: eight floats, four doubles. See csrc/simd/simd.h for what each must offer.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace torchactiv::TORCHACTIV_ISA {

constexpr int lockstep = 4;
constexpr bool fused_float = true;
constexpr bool has_tables = false;
constexpr bool has_estimates = false;
constexpr bool has_streams = true;
constexpr bool loads_whole_lines = false;

struct DoubleMask {
  __m256d v;
};

struct Double {
  static constexpr int lanes = 4;
  using Scalar = double;
  __m256d v;

  Double() = default;
  Double(__m256d value) : v(value) {}
  explicit Double(double value) : v(_mm256_set1_pd(value)) {}
  static Double load(const double* p) { return _mm256_loadu_pd(p); }
  void store(double* p) const { _mm256_storeu_pd(p, v); }
  void stream(double* p) const { _mm256_stream_pd(p, v); }

  friend Double operator+(Double a, Double b) { return _mm256_add_pd(a.v, b.v); }
  friend Double operator-(Double a, Double b) { return _mm256_sub_pd(a.v, b.v); }
  friend Double operator*(Double a, Double b) { return _mm256_mul_pd(a.v, b.v); }
  friend Double operator/(Double a, Double b) { return _mm256_div_pd(a.v, b.v); }
  friend Double operator-(Double a) { return -a.v; }
  friend DoubleMask operator<(Double a, Double b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ)}; }
  friend DoubleMask operator<=(Double a, Double b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LE_OQ)}; }
  friend DoubleMask operator>(Double a, Double b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_GT_OQ)}; }
  friend DoubleMask operator==(Double a, Double b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_EQ_OQ)}; }
  friend Double select(DoubleMask m, Double a, Double b) { return _mm256_blendv_pd(b.v, a.v, m.v); }
  friend Double fma(Double a, Double b, Double c) { return _mm256_fmadd_pd(a.v, b.v, c.v); }
  friend Double negative_fma(Double a, Double b, Double c) { return _mm256_fnmadd_pd(a.v, b.v, c.v); }
  friend Double abs(Double a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a.v); }
  friend Double copysign(Double a, Double b) {
    const __m256d sign = _mm256_set1_pd(-0.0);
    return _mm256_or_pd(_mm256_andnot_pd(sign, a.v), _mm256_and_pd(sign, b.v));
  }
  // The instructions give their second operand where either is NaN.
  friend Double maximum_or_second(Double a, Double b) { return _mm256_max_pd(a.v, b.v); }
  friend Double minimum_or_second(Double a, Double b) { return _mm256_min_pd(a.v, b.v); }
  // 2^n, where the low bits of `biased`, taken as an integer, are n + 1023.
  friend Double power_of_two(Double biased) {
    return _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(biased.v), 52));
  }
  friend Double sqrt(Double a) { return _mm256_sqrt_pd(a.v); }
  friend Double exponent(Double a) {
    const Double shifted = _mm256_castsi256_pd(
        _mm256_or_si256(_mm256_srli_epi64(_mm256_castpd_si256(a.v), 52), _mm256_set1_epi64x(0x4330000000000000)));
    return shifted - Double(0x1p52 + 1023);
  }
  friend Double inverse_power(Double a) {
    return _mm256_castsi256_pd(
        _mm256_sub_epi64(_mm256_set1_epi64x(0x7fe0000000000000),
                         _mm256_and_si256(_mm256_castpd_si256(a.v), _mm256_set1_epi64x(0x7ff0000000000000))));
  }
  friend Double negated_where_odd(Double a, Double biased) {
    return _mm256_castsi256_pd(
        _mm256_xor_si256(_mm256_castpd_si256(a.v), _mm256_slli_epi64(_mm256_castpd_si256(biased.v), 63)));
  }
  friend Double times_power_of_two(Double a, Double n) { return a * power_of_two(n + Double(0x1.8p52 + 1023)); }
  friend Double times_small_power_of_two(Double a, Double n) { return times_two_powers(a, n, 0x1.8p52 + 1023); }
};

struct FloatMask {
  __m256 v;
};

struct Float {
  static constexpr int lanes = 8;
  using Scalar = float;
  __m256 v;

  Float() = default;
  Float(__m256 value) : v(value) {}
  explicit Float(double value) : v(_mm256_set1_ps(static_cast<float>(value))) {}
  static Float load(const float* p) { return _mm256_loadu_ps(p); }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
  void stream(float* p) const { _mm256_stream_ps(p, v); }
  // The first n of them; the lanes behind are 0.
  static Float load_some(const float* p, std::int64_t n) { return _mm256_maskload_ps(p, first(n)); }
  void store_some(float* p, std::int64_t n) const { _mm256_maskstore_ps(p, first(n), v); }
  static __m256i first(std::int64_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }

  friend Float operator+(Float a, Float b) { return _mm256_add_ps(a.v, b.v); }
  friend Float operator-(Float a, Float b) { return _mm256_sub_ps(a.v, b.v); }
  friend Float operator*(Float a, Float b) { return _mm256_mul_ps(a.v, b.v); }
  friend Float operator/(Float a, Float b) { return _mm256_div_ps(a.v, b.v); }
  friend Float operator-(Float a) { return -a.v; }
  friend FloatMask operator<(Float a, Float b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
  friend FloatMask operator<=(Float a, Float b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)}; }
  friend FloatMask operator>(Float a, Float b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
  friend FloatMask operator==(Float a, Float b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
  friend Float select(FloatMask m, Float a, Float b) { return _mm256_blendv_ps(b.v, a.v, m.v); }
  friend Float fma(Float a, Float b, Float c) { return _mm256_fmadd_ps(a.v, b.v, c.v); }
  friend Float negative_fma(Float a, Float b, Float c) { return _mm256_fnmadd_ps(a.v, b.v, c.v); }
  friend Float abs(Float a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v); }
  friend Float copysign(Float a, Float b) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return _mm256_or_ps(_mm256_andnot_ps(sign, a.v), _mm256_and_ps(sign, b.v));
  }
  friend Float maximum_or_second(Float a, Float b) { return _mm256_max_ps(a.v, b.v); }
  friend Float minimum_or_second(Float a, Float b) { return _mm256_min_ps(a.v, b.v); }
  // Likewise, with n + 127.
  friend Float power_of_two(Float biased) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(biased.v), 23));
  }
  friend Float sqrt(Float a) { return _mm256_sqrt_ps(a.v); }
  friend Float exponent(Float a) {
    const Float shifted = _mm256_castsi256_ps(
        _mm256_or_si256(_mm256_srli_epi32(_mm256_castps_si256(a.v), 23), _mm256_set1_epi32(0x4b000000)));
    return shifted - Float(0x1p23 + 127);
  }
  friend Float inverse_power(Float a) {
    return _mm256_castsi256_ps(_mm256_sub_epi32(
        _mm256_set1_epi32(0x7f000000), _mm256_and_si256(_mm256_castps_si256(a.v), _mm256_set1_epi32(0x7f800000))));
  }
  friend Float negated_where_odd(Float a, Float biased) {
    return _mm256_castsi256_ps(
        _mm256_xor_si256(_mm256_castps_si256(a.v), _mm256_slli_epi32(_mm256_castps_si256(biased.v), 31)));
  }
  friend Float times_power_of_two(Float a, Float n) { return a * power_of_two(n + Float(0x1.8p23 + 127)); }
  friend Float times_small_power_of_two(Float a, Float n) { return times_two_powers(a, n, 0x1.8p23 + 127); }
};

inline Double low_half(Float a) { return _mm256_cvtps_pd(_mm256_castps256_ps128(a.v)); }
inline Double high_half(Float a) { return _mm256_cvtps_pd(_mm256_extractf128_ps(a.v, 1)); }
inline Float join(Double low, Double high) { return _mm256_set_m128(_mm256_cvtpd_ps(high.v), _mm256_cvtpd_ps(low.v)); }

inline float sum_of_lanes(__m256 a) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline double sum_of_lanes(__m256d a) {
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

inline Double lookup(const double (&table)[16], Double index) {
  return _mm256_i64gather_pd(table, _mm256_and_si256(_mm256_castpd_si256(index.v), _mm256_set1_epi64x(15)), 8);
}

inline void end_streams() { _mm_sfence(); }

inline bool any(DoubleMask m) { return _mm256_movemask_pd(m.v) != 0; }
inline bool any(FloatMask m) { return _mm256_movemask_ps(m.v) != 0; }
inline DoubleMask low_half(FloatMask m) {
  return {_mm256_castsi256_pd(_mm256_cvtepi32_epi64(_mm256_castsi256_si128(_mm256_castps_si256(m.v))))};
}
inline DoubleMask high_half(FloatMask m) {
  return {_mm256_castsi256_pd(_mm256_cvtepi32_epi64(_mm256_extracti128_si256(_mm256_castps_si256(m.v), 1)))};
}

struct Shorts {
  __m128i v;

  static Shorts load(const std::uint16_t* p) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))}; }
  void store(std::uint16_t* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v); }
  // Pairs of elements, and the last one, which may have no other.
  static Shorts load_some(const std::uint16_t* p, std::int64_t n) {
    const __m128i last =
        _mm_cmpeq_epi16(_mm_set1_epi16(static_cast<short>(n - 1)), _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7));
    const __m128i pairs = _mm_maskload_epi32(reinterpret_cast<const int*>(p), first_pairs(n));
    return {_mm_blendv_epi8(pairs, _mm_set1_epi16(static_cast<short>(p[n - 1])), last)};
  }
  void store_some(std::uint16_t* p, std::int64_t n) const {
    std::uint16_t elements[8];
    store(elements);
    _mm_maskstore_epi32(reinterpret_cast<int*>(p), first_pairs(n), v);
    p[n - 1] = elements[n - 1];
  }
  static __m128i first_pairs(std::int64_t n) {
    return _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(n / 2)), _mm_setr_epi32(0, 1, 2, 3));
  }
};

inline Float from_half(Shorts a) { return _mm256_cvtph_ps(a.v); }
inline Shorts to_half(Float a) { return {_mm256_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT)}; }

// bfloat16 in pairs of elements, which are the halves of a 32-bit lane.
inline __m256i load_pairs(const std::uint16_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
inline Float load_even_bfloat16(const std::uint16_t* p) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(load_pairs(p), 16));
}
inline Float load_odd_bfloat16(const std::uint16_t* p) {
  return _mm256_castsi256_ps(_mm256_and_si256(load_pairs(p), _mm256_set1_epi32(-0x10000)));
}

// The upper half of the sum is the float rounded to nearest, ties to even, unless it is a NaN with low bits.
inline __m256i round_to_bfloat16(Float a) {
  const __m256i bits = _mm256_castps_si256(a.v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  return _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
}
inline void store_bfloat16(std::uint16_t* p, Float even, Float odd) {
  const __m256i low = _mm256_srli_epi32(round_to_bfloat16(even), 16);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_blend_epi16(low, round_to_bfloat16(odd), 0xaa));
}

inline Float from_bfloat16(Shorts a) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(a.v), 16)); }
inline Shorts to_bfloat16(Float a) {
  const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q));
  const __m256i bits = _mm256_blendv_epi8(round_to_bfloat16(a), _mm256_castps_si256(a.v), is_nan);
  const __m256i upper = _mm256_srli_epi32(bits, 16);
  const __m128i low = _mm256_castsi256_si128(upper), high = _mm256_extracti128_si256(upper, 1);
  return {_mm_packus_epi32(low, high)};
}

}  // namespace torchactiv::TORCHACTIV_ISA
