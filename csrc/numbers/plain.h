// Batches that are precise enough to be their own wide numbers: doubles, and floats that are rounded to 16 bits.
#pragma once

#include "csrc/numbers/batches.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class V>
concept Plain = std::same_as<V, Doubles> || std::same_as<V, ShortFloats>;

template <Plain V>
struct PlainExponential : SplitExponential<V> {
  V value() const { return this->rounded(); }
  V plus(double constant) const { return this->rounded() + V(constant); }
};

template <Plain V>
V widen(const V& a) {
  return a;
}
template <Plain V>
V narrow(const V& a) {
  return a;
}
template <Plain V>
V product(const V& a, const V& b) {
  return a * b;
}
template <Plain V>
V offset(const V& a, double constant) {
  return a + V(constant);
}
template <Plain V>
V offset_product(const V& a, const V& b, double constant) {
  return fma(a, b, V(constant));
}
template <Plain V>
V reciprocal(const V& a) {
  return V(1.0) / a;
}

template <Plain V>
constexpr const auto& curvature_of() {
  if constexpr (V::is_short)
    return float_curvature;
  else
    return double_curvature;
}
template <Plain V>
PlainExponential<V> exponential(const V& a) {
  return {split_exponential<Tail::left>(a, curvature_of<V>())};
}
template <Plain V>
PlainExponential<V> rising_exponential(const V& a) {
  return {split_exponential<Tail::right>(a, curvature_of<V>())};
}
// Largest error: 1.7 ulp of a double, 1.6 of a float.
template <Plain V>
V expm1(const V& a) {
  const auto e = split_exponential<Tail::left>(a, curvature_of<V>());
  if constexpr (V::is_short) return fma(e.scale, e.r + e.curved, e.scale - V(1.0));
  return narrow(e.minus_one());
}
template <Plain V>
V exp(const V& a) {
  return rounded_exponential(a, curvature_of<V>());
}
template <Plain V>
V sigmoid(const V& a) {
  return logistic(a);
}

}  // namespace torchactiv::TORCHACTIV_ISA
