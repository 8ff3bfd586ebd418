// Vectors of AVX-512 (F, DQ, BW, VL): sixteen floats, eight doubles. See csrc/simd/simd.h for what each must offer.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace torchactiv::TORCHACTIV_ISA {

constexpr bool fused_float = true;

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

  friend Double operator+(Double a, Double b) { return _mm512_add_pd(a.v, b.v); }
  friend Double operator-(Double a, Double b) { return _mm512_sub_pd(a.v, b.v); }
  friend Double operator*(Double a, Double b) { return _mm512_mul_pd(a.v, b.v); }
  friend Double operator/(Double a, Double b) { return _mm512_div_pd(a.v, b.v); }
  friend Double operator-(Double a) { return _mm512_xor_pd(a.v, _mm512_set1_pd(-0.0)); }
  friend DoubleMask operator<(Double a, Double b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
  friend DoubleMask operator<=(Double a, Double b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ)}; }
  friend DoubleMask operator>(Double a, Double b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_GT_OQ)}; }
  friend DoubleMask operator==(Double a, Double b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ)}; }
  friend Double select(DoubleMask m, Double a, Double b) { return _mm512_mask_blend_pd(m.v, b.v, a.v); }
  friend Double fma(Double a, Double b, Double c) { return _mm512_fmadd_pd(a.v, b.v, c.v); }
  friend Double abs(Double a) { return _mm512_andnot_pd(_mm512_set1_pd(-0.0), a.v); }
  friend Double copysign(Double a, Double b) {
    const __m512d sign = _mm512_set1_pd(-0.0);
    return _mm512_or_pd(_mm512_andnot_pd(sign, a.v), _mm512_and_pd(sign, b.v));
  }
  // The instructions give their second operand where either is NaN.
  friend Double maximum_or_second(Double a, Double b) { return _mm512_max_pd(a.v, b.v); }
  friend Double minimum_or_second(Double a, Double b) { return _mm512_min_pd(a.v, b.v); }
  // a * 2^n for a normal result; n is the integer in the low bits of n_biased.
  friend Double scale_exponent(Double a, Double n_biased) {
    return _mm512_castsi512_pd(
        _mm512_add_epi64(_mm512_castpd_si512(a.v), _mm512_slli_epi64(_mm512_castpd_si512(n_biased.v), 52)));
  }
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

  friend Float operator+(Float a, Float b) { return _mm512_add_ps(a.v, b.v); }
  friend Float operator-(Float a, Float b) { return _mm512_sub_ps(a.v, b.v); }
  friend Float operator*(Float a, Float b) { return _mm512_mul_ps(a.v, b.v); }
  friend Float operator/(Float a, Float b) { return _mm512_div_ps(a.v, b.v); }
  friend Float operator-(Float a) { return _mm512_xor_ps(a.v, _mm512_set1_ps(-0.0f)); }
  friend FloatMask operator<(Float a, Float b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
  friend FloatMask operator<=(Float a, Float b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
  friend FloatMask operator>(Float a, Float b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
  friend FloatMask operator==(Float a, Float b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
  friend Float select(FloatMask m, Float a, Float b) { return _mm512_mask_blend_ps(m.v, b.v, a.v); }
  friend Float fma(Float a, Float b, Float c) { return _mm512_fmadd_ps(a.v, b.v, c.v); }
  friend Float abs(Float a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v); }
  friend Float copysign(Float a, Float b) {
    const __m512 sign = _mm512_set1_ps(-0.0f);
    return _mm512_or_ps(_mm512_andnot_ps(sign, a.v), _mm512_and_ps(sign, b.v));
  }
  friend Float maximum_or_second(Float a, Float b) { return _mm512_max_ps(a.v, b.v); }
  friend Float minimum_or_second(Float a, Float b) { return _mm512_min_ps(a.v, b.v); }
  friend Float scale_exponent(Float a, Float n_biased) {
    return _mm512_castsi512_ps(
        _mm512_add_epi32(_mm512_castps_si512(a.v), _mm512_slli_epi32(_mm512_castps_si512(n_biased.v), 23)));
  }
};

inline Double low_half(Float a) { return _mm512_cvtps_pd(_mm512_castps512_ps256(a.v)); }
inline Double high_half(Float a) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1)); }
inline Float join(Double low, Double high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low.v)), _mm512_cvtpd_ps(high.v), 1);
}
inline DoubleMask low_half(FloatMask m) { return {static_cast<__mmask8>(m.v)}; }
inline DoubleMask high_half(FloatMask m) { return {static_cast<__mmask8>(m.v >> 8)}; }

inline Float load_half(const std::uint16_t* p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}

inline void store_half(std::uint16_t* p, Float a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT));
}

inline Float load_bfloat16(const std::uint16_t* p) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

// Round to nearest, ties to even; a NaN becomes quiet. (The instruction of AVX512_BF16 would flush denormals.)
inline void store_bfloat16(std::uint16_t* p, Float a) {
  const __m512i bits = _mm512_castps_si512(a.v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded =
      _mm512_srli_epi32(_mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff))), 16);
  const __mmask16 nan = _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q);
  const __m512i quiet = _mm512_or_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(0x0040));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtepi32_epi16(_mm512_mask_blend_epi32(nan, rounded, quiet)));
}

}  // namespace torchactiv::TORCHACTIV_ISA
