// The elementary functions of jets: the value's, and its derivative times the tangent.
#pragma once

#include <numbers>

#include "csrc/numbers/jet.h"

namespace torchactiv {

// What restores a value restores its tangent.
template <class V, class Exponential>
struct JetExponential {
  Exponential base;
  V tangent;

  auto value() const { return with_slope(base.value()); }
  auto plus(double c) const { return with_slope(base.plus(c)); }
  template <class Y>
  Jet<Y> restore(const Jet<Y>& y) const {
    return {base.restore(y.value), base.restore(y.tangent)};
  }
  template <class Y>
  Jet<Y> restore_product(const Jet<Y>& y) const {
    return {base.restore_product(y.value), base.restore_product(y.tangent)};
  }

 private:
  template <class W>
  Jet<W> with_slope(const W& value) const {
    return {value, base.value() * tangent};
  }
};

template <class V>
auto exponential(const Jet<V>& a) {
  return JetExponential<V, decltype(exponential(a.value))>{exponential(a.value), a.tangent};
}

template <class V>
auto rising_exponential(const Jet<V>& a) {
  return JetExponential<V, decltype(rising_exponential(a.value))>{rising_exponential(a.value), a.tangent};
}

template <class V>
Jet<V> exp(const Jet<V>& a) {
  const V value = exp(a.value);
  return {value, value * a.tangent};
}

template <class V>
Jet<V> fine_exp(const Jet<V>& a) {
  const V value = fine_exp(a.value);
  return {value, value * a.tangent};
}

template <class V>
Jet<V> sigmoid(const Jet<V>& a) {
  const V value = sigmoid(a.value);
  return {value, value * sigmoid(-a.value) * a.tangent};
}

template <class V>
ExpAndExpm1<Jet<V>> exp_and_expm1(const Jet<V>& a) {
  const auto [e, value] = exp_and_expm1(a.value);
  const V tangent = e * a.tangent;
  return {{e, tangent}, {value, tangent}};
}

template <class V>
FineExpm1<Jet<V>> fine_expm1(const Jet<V>& a) {
  const auto [e, value, curved] = fine_expm1(a.value);
  const V tangent = e * a.tangent;
  return {{e, tangent}, {value, tangent}, {curved, value * a.tangent}};
}

template <class V>
Jet<Wide<V>> expm1(const Jet<V>& a) {
  const Wide<V> value = expm1(a.value);
  return {value, offset(value, 1.0) * a.tangent};
}

template <class V>
Jet<V> sqrt(const Jet<V>& a) {
  const V root = sqrt(a.value);
  return {root, a.tangent / (root + root)};
}

template <class V>
Jet<V> log1p(const Jet<V>& a) {
  return {log1p(a.value), a.tangent / (V(1.0) + a.value)};
}

template <class V>
Jet<V> erf(const Jet<V>& a) {
  const V exponent = at_least(-(a.value * a.value), V(-exponent_limit<V>));
  return {erf(a.value), scaled(a.tangent, V(2 * std::numbers::inv_sqrtpi) * exp(exponent))};
}

template <class V>
Jet<V> fine_erf(const Jet<V>& a) {
  return {fine_erf(a.value), erf(a).tangent};
}

template <class V>
struct ErfcxAndSlope {
  V value, slope;
};
template <class V>
ErfcxAndSlope<V> erfcx_and_slope(const V& a) {
  return {erfcx(a), erfcx_slope(a)};
}
// The tangent of the slope cancels for a large a: its error is one of erfcx rather than of erfcx / a^2.
template <class V>
ErfcxAndSlope<Jet<V>> erfcx_and_slope(const Jet<V>& a) {
  const auto [value, slope] = erfcx_and_slope(a.value);
  return {{value, slope * a.tangent}, {slope, V(2.0) * fma(a.value, slope, value) * a.tangent}};
}
template <class V>
Jet<V> erfcx(const Jet<V>& a) {
  const auto [value, slope] = erfcx_and_slope(a.value);
  return {value, slope * a.tangent};
}
template <class V>
Jet<V> erfcx_slope(const Jet<V>& a) {
  return erfcx_and_slope(a).slope;
}

template <class V>
Jet<V> sin(const Jet<V>& a) {
  return {sin(a.value), cos(a.value) * a.tangent};
}

template <class V>
Jet<V> cos(const Jet<V>& a) {
  return {cos(a.value), -sin(a.value) * a.tangent};
}

template <class V>
Jet<V> fine_sin(const Jet<V>& a) {
  return {fine_sin(a.value), fine_cos(a.value) * a.tangent};
}

template <class V>
Jet<V> fine_cos(const Jet<V>& a) {
  return {fine_cos(a.value), -fine_sin(a.value) * a.tangent};
}

template <class V>
Jet<V> atan(const Jet<V>& a) {
  return {atan(a.value), a.tangent / fma(a.value, a.value, V(1.0))};
}

template <class V>
Jet<V> fine_atan(const Jet<V>& a) {
  return {fine_atan(a.value), a.tangent / fma(a.value, a.value, V(1.0))};
}

}  // namespace torchactiv
