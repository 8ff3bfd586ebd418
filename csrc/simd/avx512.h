// Vectors of AVX-512 (F, DQ, BW, VL): sixteen floats, eight doubles. See csrc/simd/simd.h for what each must offer.
#pragma once

#include <immintrin.h>

#include <bit>
#include <cstdint>

namespace torchactiv::TORCHACTIV_ISA {

constexpr int lockstep = 4;
constexpr bool fused_float = true;
constexpr bool has_tables = true;
constexpr bool has_estimates = true;
constexpr bool has_streams = true;
constexpr bool loads_whole_lines = true;

struct DoubleMask {
  __mmask8 v;
};

struct Double {
  static constexpr int lanes = 8;
  using Scalar = double;
  __m512d v;

  Double() = default;
  Double(__m512d value) : v(value) {}
  explicit Double(double value) : v(_mm512_set1_pd(value)) {}
  static Double load(const double* p) { return _mm512_loadu_pd(p); }
  void store(double* p) const { _mm512_storeu_pd(p, v); }
  void stream(double* p) const { _mm512_stream_pd(p, v); }

  friend Double operator+(Double a, Double b) { return _mm512_add_pd(a.v, b.v); }
  friend Double operator-(Double a, Double b) { return _mm512_sub_pd(a.v, b.v); }
  friend Double operator*(Double a, Double b) { return _mm512_mul_pd(a.v, b.v); }
  friend Double operator/(Double a, Double b) { return _mm512_div_pd(a.v, b.v); }
  friend Double operator-(Double a) { return -a.v; }
  friend DoubleMask operator<(Double a, Double b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
  friend DoubleMask operator<=(Double a, Double b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ)}; }
  friend DoubleMask operator>(Double a, Double b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_GT_OQ)}; }
  friend DoubleMask operator==(Double a, Double b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ)}; }
  friend Double select(DoubleMask m, Double a, Double b) { return _mm512_mask_blend_pd(m.v, b.v, a.v); }
  friend Double fma(Double a, Double b, Double c) { return _mm512_fmadd_pd(a.v, b.v, c.v); }
  friend Double negative_fma(Double a, Double b, Double c) { return _mm512_fnmadd_pd(a.v, b.v, c.v); }
  friend Double abs(Double a) { return _mm512_andnot_pd(_mm512_set1_pd(-0.0), a.v); }
  friend Double copysign(Double a, Double b) {
    return _mm512_castsi512_pd(_mm512_ternarylogic_epi64(_mm512_set1_epi64(INT64_MIN), _mm512_castpd_si512(b.v),
                                                         _mm512_castpd_si512(a.v), 0xca));
  }
  // The instructions give their second operand where either is NaN.
  friend Double maximum_or_second(Double a, Double b) { return _mm512_max_pd(a.v, b.v); }
  friend Double minimum_or_second(Double a, Double b) { return _mm512_min_pd(a.v, b.v); }
  // 2^n, where the low bits of `biased`, taken as an integer, are n + 1023.
  friend Double power_of_two(Double biased) {
    return _mm512_castsi512_pd(_mm512_slli_epi64(_mm512_castpd_si512(biased.v), 52));
  }
  friend Double sqrt(Double a) { return _mm512_sqrt_pd(a.v); }
  friend Double estimated_inverse_sqrt(Double a) { return _mm512_rsqrt14_pd(a.v); }
  friend Double exponent(Double a) { return _mm512_getexp_pd(a.v); }
  friend Double inverse_power(Double a) {
    return _mm512_castsi512_pd(
        _mm512_sub_epi64(_mm512_set1_epi64(0x7fe0000000000000),
                         _mm512_and_si512(_mm512_castpd_si512(a.v), _mm512_set1_epi64(0x7ff0000000000000))));
  }
  friend Double negated_where_odd(Double a, Double biased) {
    return _mm512_castsi512_pd(
        _mm512_xor_si512(_mm512_castpd_si512(a.v), _mm512_slli_epi64(_mm512_castpd_si512(biased.v), 63)));
  }
  friend Double times_power_of_two(Double a, Double n) { return _mm512_scalef_pd(a.v, n.v); }
  friend Double times_small_power_of_two(Double a, Double n) { return _mm512_scalef_pd(a.v, n.v); }
};

struct FloatMask {
  __mmask16 v;
};

struct Float {
  static constexpr int lanes = 16;
  using Scalar = float;
  __m512 v;

  Float() = default;
  Float(__m512 value) : v(value) {}
  explicit Float(double value) : v(_mm512_set1_ps(static_cast<float>(value))) {}
  static Float load(const float* p) { return _mm512_loadu_ps(p); }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  void stream(float* p) const { _mm512_stream_ps(p, v); }
  // The first n of them; the lanes behind are 0.
  static Float load_some(const float* p, std::int64_t n) { return _mm512_maskz_loadu_ps(first(n), p); }
  void store_some(float* p, std::int64_t n) const { _mm512_mask_storeu_ps(p, first(n), v); }
  static __mmask16 first(std::int64_t n) { return static_cast<__mmask16>((1u << n) - 1); }

  friend Float operator+(Float a, Float b) { return _mm512_add_ps(a.v, b.v); }
  friend Float operator-(Float a, Float b) { return _mm512_sub_ps(a.v, b.v); }
  friend Float operator*(Float a, Float b) { return _mm512_mul_ps(a.v, b.v); }
  friend Float operator/(Float a, Float b) { return _mm512_div_ps(a.v, b.v); }
  friend Float operator-(Float a) { return -a.v; }
  friend FloatMask operator<(Float a, Float b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
  friend FloatMask operator<=(Float a, Float b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
  friend FloatMask operator>(Float a, Float b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
  friend FloatMask operator==(Float a, Float b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
  friend Float select(FloatMask m, Float a, Float b) { return _mm512_mask_blend_ps(m.v, b.v, a.v); }
  friend Float fma(Float a, Float b, Float c) { return _mm512_fmadd_ps(a.v, b.v, c.v); }
  friend Float negative_fma(Float a, Float b, Float c) { return _mm512_fnmadd_ps(a.v, b.v, c.v); }
  friend Float abs(Float a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v); }
  friend Float copysign(Float a, Float b) {
    return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_set1_epi32(INT32_MIN), _mm512_castps_si512(b.v),
                                                         _mm512_castps_si512(a.v), 0xca));  // a bit of b, or else of a
  }
  friend Float maximum_or_second(Float a, Float b) { return _mm512_max_ps(a.v, b.v); }
  friend Float minimum_or_second(Float a, Float b) { return _mm512_min_ps(a.v, b.v); }
  // Likewise, with n + 127.
  friend Float power_of_two(Float biased) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(biased.v), 23));
  }
  friend Float sqrt(Float a) { return _mm512_sqrt_ps(a.v); }
  friend Float exponent(Float a) { return _mm512_getexp_ps(a.v); }
  friend Float estimated_inverse(Float a) { return _mm512_rcp14_ps(a.v); }
  // |mantissa| is in [1/2, 1), and a = 2 mantissa 2^exponent; of 0 and infinity, whose exponents are infinite, it is 1.
  friend Float mantissa(Float a) { return _mm512_getmant_ps(a.v, _MM_MANT_NORM_p5_1, _MM_MANT_SIGN_src); }
  friend Float inverse_power(Float a) {
    return _mm512_castsi512_ps(_mm512_sub_epi32(
        _mm512_set1_epi32(0x7f000000), _mm512_and_si512(_mm512_castps_si512(a.v), _mm512_set1_epi32(0x7f800000))));
  }
  friend Float negated_where_odd(Float a, Float biased) {
    return _mm512_castsi512_ps(
        _mm512_xor_si512(_mm512_castps_si512(a.v), _mm512_slli_epi32(_mm512_castps_si512(biased.v), 31)));
  }
  friend Float times_power_of_two(Float a, Float n) { return _mm512_scalef_ps(a.v, n.v); }
  friend Float times_small_power_of_two(Float a, Float n) { return _mm512_scalef_ps(a.v, n.v); }
};

template <int parts>
Float segment(Float a) {
  return _mm512_castsi512_ps(_mm512_srli_epi32(_mm512_castps_si512(a.v), 23 - std::countr_zero(unsigned{parts})));
}
template <int parts>
Float middle_of_segment(Float a) {
  constexpr int width = (1 << 23) / parts;
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(a.v), _mm512_set1_epi32(-width),
                                                       _mm512_set1_epi32(width / 2),
                                                       0xea));  // a and the second, or third
}
template <int bits>
Float without_lowest_bits(Float a) {
  return _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(a.v), _mm512_set1_epi32(-(1 << bits))));
}
inline Float lookup(const float (&table)[16], Float index) {
  return _mm512_permutexvar_ps(_mm512_castps_si512(index.v), _mm512_loadu_ps(table));
}
inline Float lookup(const float (&table)[32], Float index) {
  return _mm512_permutex2var_ps(_mm512_loadu_ps(table), _mm512_castps_si512(index.v), _mm512_loadu_ps(table + 16));
}

template <int steps>
Float times_whole_power(Float a, Float n) {
  return _mm512_scalef_ps(a.v, (n * Float(1.0 / steps)).v);
}

inline Double low_half(Float a) { return _mm512_cvtps_pd(_mm512_castps512_ps256(a.v)); }
inline Double high_half(Float a) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1)); }
inline Float join(Double low, Double high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low.v)), _mm512_cvtpd_ps(high.v), 1);
}
inline float sum_of_lanes(__m128 a) {
  const __m128 two = _mm_add_ps(a, _mm_movehl_ps(a, a));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline double sum_of_lanes(__m128d a) { return _mm_cvtsd_f64(_mm_add_sd(a, _mm_unpackhi_pd(a, a))); }
inline float sum_of_lanes(__m256 a) {
  return sum_of_lanes(_mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1)));
}
inline double sum_of_lanes(__m256d a) {
  return sum_of_lanes(_mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1)));
}
inline float sum_of_lanes(__m512 a) {
  return sum_of_lanes(_mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1)));
}
inline double sum_of_lanes(__m512d a) {
  return sum_of_lanes(_mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1)));
}

inline Double lookup(const double (&table)[16], Double index) {
  return _mm512_permutex2var_pd(_mm512_loadu_pd(table), _mm512_castpd_si512(index.v), _mm512_loadu_pd(table + 8));
}

inline Float lookup_power(const float (&table)[16], Float index) {
  const __m512i bits = _mm512_castps_si512(index.v);
  const __m512i entry = _mm512_permutexvar_epi32(bits, _mm512_loadu_si512(table));
  return _mm512_castsi512_ps(_mm512_add_epi32(entry, _mm512_slli_epi32(bits, 19)));
}
inline Double lookup_power(const double (&table)[8], Double index) {
  const __m512i bits = _mm512_castpd_si512(index.v);
  const __m512i entry = _mm512_permutexvar_epi64(bits, _mm512_loadu_si512(table));
  return _mm512_castsi512_pd(_mm512_add_epi64(entry, _mm512_slli_epi64(bits, 49)));
}

inline void end_streams() { _mm_sfence(); }

inline bool any(DoubleMask m) { return m.v != 0; }
inline bool any(FloatMask m) { return m.v != 0; }
inline DoubleMask low_half(FloatMask m) { return {static_cast<__mmask8>(m.v)}; }
inline DoubleMask high_half(FloatMask m) { return {static_cast<__mmask8>(m.v >> 8)}; }

struct Shorts {
  __m256i v;

  static Shorts load(const std::uint16_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  void store(std::uint16_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
  static Shorts load_some(const std::uint16_t* p, std::int64_t n) {
    return {_mm256_maskz_loadu_epi16(Float::first(n), p)};
  }
  void store_some(std::uint16_t* p, std::int64_t n) const { _mm256_mask_storeu_epi16(p, Float::first(n), v); }
};

inline Float from_half(Shorts a) { return _mm512_cvtph_ps(a.v); }
inline Shorts to_half(Float a) { return {_mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT)}; }

// bfloat16 in pairs of elements, which are the halves of a 32-bit lane.
inline Float load_even_bfloat16(const std::uint16_t* p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_loadu_si512(p), 16));
}
inline Float load_odd_bfloat16(const std::uint16_t* p) {
  return _mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(p), _mm512_set1_epi32(-0x10000)));
}

// The upper half of the sum is the float rounded to nearest, ties to even, unless it is a NaN with low bits.
// (The instruction of AVX512_BF16 would flush denormals.)
inline __m512i round_to_bfloat16(Float a) {
  const __m512i bits = _mm512_castps_si512(a.v), rounded = _mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff));
  const __mmask16 odd = _mm512_test_epi32_mask(bits, _mm512_set1_epi32(0x10000));
  return _mm512_mask_sub_epi32(rounded, odd, rounded, _mm512_set1_epi32(-1));
}
inline void store_bfloat16(std::uint16_t* p, Float even, Float odd) {
  const __m512i low = _mm512_srli_epi32(round_to_bfloat16(even), 16);
  _mm512_storeu_si512(p, _mm512_mask_blend_epi16(0xaaaaaaaa, low, round_to_bfloat16(odd)));
}

inline Float from_bfloat16(Shorts a) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(a.v), 16)); }
inline Shorts to_bfloat16(Float a) {
  const __mmask16 is_nan = _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q);
  const __m512i bits = _mm512_mask_mov_epi32(round_to_bfloat16(a), is_nan, _mm512_castps_si512(a.v));
  return {_mm512_cvtepi32_epi16(_mm512_srli_epi32(bits, 16))};
}

}  // namespace torchactiv::TORCHACTIV_ISA
