// A jet: a value and its derivative along one direction, over any number. Evaluating `partials` on jets gives the
// second derivatives of an activation exactly, to all the digits that its first ones have.
#pragma once

#include <concepts>

#include "ops/number.h"
#include "ops/tame.h"

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
  const auto has_sign = V(0.0) < abs(a.value);  // to abs() both zeros are positive
  return {copysign(a.value, b.value), select(has_sign, flip * a.tangent, a.tangent)};
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

// A product of numbers of different precision has the larger.
template <class A, class B>
  requires(!std::same_as<A, B>)
auto operator*(const Jet<A>& a, const Jet<B>& b) {
  return Jet<decltype(a.value * b.value)>{a.value * b.value, a.tangent * b.value + a.value * b.tangent};
}

template <class V, class W>
  requires(!std::same_as<V, W>)
Jet<V> product(const Jet<V>& x, const Jet<W>& a) {
  return {product(x.value, a.value), narrow(x.tangent * a.value + x.value * a.tangent)};
}

template <class W>
auto product(const Jet<W>& a, const Jet<W>& b) {
  return narrow(a * b);
}

template <class V, class W>
Jet<V> sum(const Jet<V>& a, const Jet<W>& b) {
  return {sum(a.value, b.value), a.tangent + narrow(b.tangent)};
}

template <class V>
Jet<V> offset_product(const Jet<V>& a, const Jet<V>& b, double constant) {
  return {offset_product(a.value, b.value, constant), a.tangent * b.value + a.value * b.tangent};
}

template <class V>
Jet<V> offset(const Jet<V>& a, double constant) {
  return {offset(a.value, constant), a.tangent};
}

template <class V>
Jet<V> reciprocal(const Jet<V>& a) {
  const V inverse = reciprocal(a.value);
  return {inverse, -(a.tangent * (inverse * inverse))};
}

// The functions of ops/tame.h. A term of a tangent is 0 where one of its factors is, whatever the other.
template <class V>
V tangent_term(const V& value, const V& tangent) {
  return tame(value, tangent) * tame(tangent, value);
}
template <class V>
V product_tangent(const Jet<V>& a, const Jet<V>& b) {
  return tangent_term(b.value, a.tangent) + tangent_term(a.value, b.tangent);
}

template <class V>
Jet<V> scaled(const Jet<V>& x, const Jet<V>& factor) {
  return {scaled(x.value, factor.value), product_tangent(x, factor)};
}
template <class V>
Jet<V> scaled_plus(const Jet<V>& x, const Jet<V>& factor, const Jet<V>& c) {
  return {scaled_plus(x.value, factor.value, c.value), product_tangent(x, factor) + c.tangent};
}
template <class V>
Jet<V> unbounded_product(const Jet<V>& a, const Jet<V>& b) {
  return {a.value * b.value, product_tangent(a, b)};
}
template <class V>
Jet<V> unbounded_ratio(const Jet<V>& a, const Jet<V>& b) {
  const V quotient = a.value / b.value;
  return {quotient, (a.tangent - tangent_term(quotient, b.tangent)) / b.value};
}
template <class V>
Jet<V> unbounded_fma(const Jet<V>& a, const Jet<V>& b, const Jet<V>& c) {
  return {fma(a.value, b.value, c.value), product_tangent(a, b) + c.tangent};
}
template <class V>
Jet<V> standing_for(const Jet<V>& x, const Jet<V>& value) {
  return {value.value, x.tangent};
}
template <class V>
Jet<V> constant_where(const torchactiv::Mask<V>& mask, const Jet<V>& x) {
  return {constant_where(mask, x.value), select(mask, V(0.0), x.tangent)};
}
template <class V>
Jet<V> tended(const Jet<V>& a, double much) {
  return {tended(a.value, much), tended(a.tangent, much)};
}

template <class V>
struct NumberTraits<Jet<V>> {
  using Wide = Jet<torchactiv::Wide<V>>;
  using Mask = torchactiv::Mask<V>;
  static constexpr double exponent_limit = NumberTraits<V>::exponent_limit;
  static constexpr double product_limit = NumberTraits<V>::product_limit;
  static constexpr double square_limit = NumberTraits<V>::square_limit;
  static constexpr bool has_spare_digits = NumberTraits<V>::has_spare_digits, has_spare_range = false;
};

}  // namespace torchactiv
