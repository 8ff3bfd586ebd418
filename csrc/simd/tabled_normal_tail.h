// The normal distribution at a pair, Phi(w), and what is made of it, by tables in registers. V is a batch of floats.
// The errors that are named here are tested by tests/cpp/vector.
#pragma once

#include <numbers>

#include "csrc/simd/limited_argument.h"
#include "csrc/simd/tabled_gate.h"

namespace torchactiv::TORCHACTIV_ISA {

// Of a = |w|, to where Phi(-a) is 0 or as good as that, e^(-w^2 / 2) and what is over it.
template <class V>
struct TabledNormalTail {
  using Tables = NormalGateTables;
  Pair<V> a;
  TabledFall<V> bell;

  explicit TabledNormalTail(const Pair<V>& a) : a(a), bell(half_of_square(a)) {}
  // Phi(-a) and Phi(-a) - a phi(a) over e^(-a^2 / 2).
  SegmentPolynomial<Tables, V> tail() const { return {a, Tables::tail}; }
  SegmentPolynomial<Tables, V> slope() const { return {a, Tables::slope}; }

 private:
  // Less than nothing.
  static Pair<V> half_of_square(const Pair<V>& a) {
    const V half = V(-0.5) * a.high, high = half * a.high;
    return {high, negative_fma(a.high, a.low, fma(half, a.high, -high))};
  }
};

// w = (x - mu) / sigma, and |w| as far as it matters.
template <class V>
struct Standardised {
  typename V::Mask negative, far;
  Pair<V> magnitude;

  Standardised(const V& x, const V& mu, const Pair<V>& inverse_sigma)
      : Standardised((Pair<V>(x, V(0.0)) - Pair<V>(mu, V(0.0))) * inverse_sigma) {}

 private:
  explicit Standardised(const Pair<V>& w) : Standardised(w, abs(w.high), V(NormalGateTables::farthest)) {}
  Standardised(const Pair<V>& w, const V& a, const V& farthest)
      : negative(w.high < V(0.0)),
        far(farthest <= a),
        magnitude(minimum_or_second(farthest, a), select(far, V(0.0), select(negative, -w.low, w.low))) {}
};
// That of a smaller one, or of infinity, would be no number.
template <class V>
Pair<V> inverse(const V& sigma) {
  return reciprocal(Pair<V>(finite(at_least(sigma, V(0x1p-120))), V(0.0)));
}

// Phi((x - mu) / sigma) for a positive sigma. Largest error: 0.8 ulp. NaN stays, infinities give 0 and 1.
template <TabledFloats V>
V tabled_normal_distribution(const V& x, const V& mu, const V& sigma) {
  const Standardised<V> w(x, mu, inverse(sigma));
  const TabledNormalTail<V> n(w.magnitude);
  const auto tail = n.tail();
  return from_smaller(w.negative, n.bell.product(tail.sum, tail.low).high, n.bell.unit);
}
// Its derivative by x. Largest error: 0.6 ulp; 2^-22.5 of a number that will be rounded to 16 bits.
template <TabledFloats V>
V tabled_normal_density(const V& x, const V& mu, const V& sigma) {
  const Pair<V> steepness = inverse(sigma);
  const Standardised<V> w(x, mu, steepness);
  const TabledNormalTail<V> n(w.magnitude);
  const auto steep = V(1.0) < steepness.high;  // the unit goes where nothing overflows or underflows by it
  const V unit(n.bell.unit), one(1.0);
  const Pair<V> height = Pair<V>(std::numbers::inv_sqrtpi / std::numbers::sqrt2) * steepness * select(steep, unit, one);
  return select(w.far, V(0.0), n.bell.product(height).high * select(steep, one, unit));
}

}  // namespace torchactiv::TORCHACTIV_ISA
