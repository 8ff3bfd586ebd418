// What the loops of normalisation and activation are made of: vectors over rows of floats, or of 16-bit elements that
// are converted in registers, whatever is left over.
#pragma once

#include "csrc/kernels/fused_directions.h"
#include "csrc/kernels/normalisation_block.h"

namespace torchactiv::TORCHACTIV_ISA {

// What normalisations in one loop with f are computed in: u has been rounded before f is asked for, so that the last
// bits of f(u), for which Floats would carry pairs of floats, mean little. Values are within 3 ulp of f(u), or in
// gelu's left tail of f at half an ulp from u, and slopes within 2^-22.
using RoundedFloats = ShortFloats;

using RoundedVector = ShortFloatsOf<1>;

// Elements side by side: as many as a V has. What is read and put is data: it may come from memory, and go past the
// caches where it may, and it may be of 16 bits.
template <class V>
struct Full {
  using Vector = V;
  static V load(const float* p) { return V::load(p); }
  static void store(const V& a, float* p) { a.store(p); }

  static V read(const float* p) {
    touch_lines(p, V::lanes * sizeof *p);
    return load(p);
  }
  static void put(bool streams, const V& a, float* p) { streams ? a.stream(p) : a.store(p); }
  template <class Element>
  static V read(const Element* p) {
    return load_as<V>(p);
  }
  template <class Element>
  static void put(bool, const V& a, Element* p) {
    store_as(a, p);
  }
};
// Fewer than a vector has, behind which are zeros.
struct Some {
  using Vector = RoundedVector;
  std::int64_t count;
  RoundedVector load(const float* p) const { return Float::load_some(p, count); }
  void store(const RoundedVector& a, float* p) const { a.v[0].store_some(p, count); }

  RoundedVector read(const float* p) const { return load(p); }
  void put(bool, const RoundedVector& a, float* p) const { store(a, p); }
  template <class Element>
  RoundedVector read(const Element* p) const {
    return load_elements(p, count);
  }
  template <class Element>
  void put(bool, const RoundedVector& a, Element* p) const {
    store_elements(a.v[0], p, count);
  }
};

// Calls work(first element, Full or Some): for several vectors at a time, then for single ones.
template <class Work>
void by_elements(std::int64_t n, Work work) {
  std::int64_t i = 0;
  for (; i + RoundedFloats::lanes <= n; i += RoundedFloats::lanes) work(i, Full<RoundedFloats>{});
  for (; i + RoundedVector::lanes <= n; i += RoundedVector::lanes) work(i, Full<RoundedVector>{});
  if (i < n) work(i, Some{n - i});
}

// Calls work.operator()<count>(row, first element, Full or Some): what belongs to a column is read and written once for
// `count` rows, unless these are taken one by one.
template <class Work>
void by_columns(bool single, std::int64_t rows, std::int64_t n, Work work) {
  constexpr int together = 4;
  std::int64_t row = 0;
  for (; !single && row + together <= rows; row += together)
    by_elements(n, [&](std::int64_t i, auto some) { work.template operator()<together>(row, i, some); });
  for (; row < rows; ++row)
    by_elements(n, [&](std::int64_t i, auto some) { work.template operator()<1>(row, i, some); });
}
inline bool takes_single_rows(bool from_memory, std::int64_t n) {
  return from_memory && n <= NormalisationFunctions::most_of_single_rows;
}

// As much of `a` as a V holds; and the same replaced.
template <class V>
V leading(const RoundedFloats& a) {
  if constexpr (std::is_same_v<V, RoundedFloats>)
    return a;
  else
    return a.v[0];
}
template <class V>
Affine<V> leading(const Affine<RoundedFloats>& c) {
  return {leading<V>(c.centre), leading<V>(c.scale), leading<V>(c.shift)};
}
template <class V>
Correction<V> leading(const Correction<RoundedFloats>& c) {
  return {leading<V>(c.centre), leading<V>(c.slope), leading<V>(c.shift), leading<V>(c.scale)};
}
template <class V>
void replace_leading(RoundedFloats& a, const V& by) {
  if constexpr (std::is_same_v<V, RoundedFloats>)
    a = by;
  else
    a.v[0] = by.v[0];
}

inline double sum_of_lanes(const RoundedFloats& a) {
  Float sum = a.v[0];
  for (int i = 1; i < RoundedFloats::parts; ++i) sum = sum + a.v[i];
  return total<float>(sum);
}

inline RoundedFloats repeated(float value) { return RoundedFloats(static_cast<double>(value)); }
inline Affine<RoundedFloats> repeated(const Affine<float>& c) {
  return {repeated(c.centre), repeated(c.scale), repeated(c.shift)};
}
inline Correction<RoundedFloats> repeated(const Correction<float>& c) {
  return {repeated(c.centre), repeated(c.slope), repeated(c.shift), repeated(c.scale)};
}

}  // namespace torchactiv::TORCHACTIV_ISA
