// A jet: a value and its derivative along one direction, over any number. Evaluating `partials` on jets gives the
// second derivatives of an activation exactly, to all the digits that its first ones have.
#pragma once

#include "ops/number.h"

namespace torchactiv {

template <class V>
struct Jet {
  V value, tangent;

  Jet() = default;
  Jet(V value, V tangent) : value(value), tangent(tangent) {}
  explicit Jet(double constant) : value(constant), tangent(0.0) {}

  friend Jet operator+(const Jet& a, const Jet& b) { return {a.value + b.value, a.tangent + b.tangent}; }
  friend Jet operator-(const Jet& a, const Jet& b) { return {a.value - b.value, a.tangent - b.tangent}; }
  friend Jet operator-(const Jet& a) { return {-a.value, -a.tangent}; }
  friend Jet operator*(const Jet& a, const Jet& b) {
    return {a.value * b.value, a.tangent * b.value + a.value * b.tangent};
  }
  friend Jet operator/(const Jet& a, const Jet& b) {
    const V quotient = a.value / b.value;
    return {quotient, (a.tangent - quotient * b.tangent) / b.value};
  }
  friend auto operator<(const Jet& a, const Jet& b) { return a.value < b.value; }
  friend auto operator<=(const Jet& a, const Jet& b) { return a.value <= b.value; }
  friend auto operator>(const Jet& a, const Jet& b) { return a.value > b.value; }
};

template <class M, class V>
Jet<V> select(const M& mask, const Jet<V>& a, const Jet<V>& b) {
  return {select(mask, a.value, b.value), select(mask, a.tangent, b.tangent)};
}

template <class V>
Jet<V> fma(const Jet<V>& a, const Jet<V>& b, const Jet<V>& c) {
  return {fma(a.value, b.value, c.value), fma(a.tangent, b.value, fma(a.value, b.tangent, c.tangent))};
}

template <class V>
Jet<V> abs(const Jet<V>& a) {
  return {abs(a.value), select(a.value < V(0.0), -a.tangent, a.tangent)};
}

template <class V>
Jet<V> copysign(const Jet<V>& a, const Jet<V>& b) {
  const V flip = copysign(V(1.0), a.value) * copysign(V(1.0), b.value);
  return {copysign(a.value, b.value), flip * a.tangent};
}

template <class V>
Jet<V> at_least(const Jet<V>& a, const Jet<V>& bound) {
  return select(a.value < bound.value, bound, a);
}

template <class V>
Jet<V> at_most(const Jet<V>& a, const Jet<V>& bound) {
  return select(a.value > bound.value, bound, a);
}

template <class V>
Jet<Wide<V>> widen(const Jet<V>& a) {
  return {widen(a.value), widen(a.tangent)};
}

template <class W>
auto narrow(const Jet<W>& a) {
  return Jet<decltype(narrow(a.value))>{narrow(a.value), narrow(a.tangent)};
}

// The exponential of a jet; the scale of a mantissa is the same for value and tangent.
template <class V>
struct JetExponential {
  Exponential<V> base;
  Jet<Wide<V>> mantissa, value;

  Jet<V> restore(const Jet<Wide<V>>& y) const { return {base.restore(y.value), base.restore(y.tangent)}; }
};

template <class V>
JetExponential<V> exponential(const Jet<V>& a) {
  const Exponential<V> e = exponential(a.value);
  const Wide<V> tangent = widen(a.tangent);
  return {e, {e.mantissa, e.mantissa * tangent}, {e.value, e.value * tangent}};
}

template <class V>
Jet<V> exp(const Jet<V>& a) {
  const V value = exp(a.value);
  return {value, value * a.tangent};
}

template <class V>
Jet<Wide<V>> expm1(const Jet<V>& a) {
  const Wide<V> value = expm1(a.value);
  return {value, (value + Wide<V>(1.0)) * widen(a.tangent)};
}

template <class V>
struct NumberTraits<Jet<V>> {
  using Wide = Jet<torchactiv::Wide<V>>;
  using Mask = torchactiv::Mask<V>;
  using Exponential = JetExponential<V>;
};

}  // namespace torchactiv
