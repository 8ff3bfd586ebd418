// A number as the unevaluated sum of two: `low` holds what rounding took from `high`, to first order. Errors of second
// order, about 2^-46 of a number in float, are dropped (Lange & Rump 2020, Faithfully Rounded Floating-point
// Computations). V is a vector, or a batch of them, whose fma is one instruction.
//
// Relative errors, tested by tests/cpp/vector: 2^-45.5, and 2^-40.9 of quotients; results that are rounded once have
// 0.50001 ulp. Results must be normal, with low halves that are.
#pragma once

#include "csrc/simd/batch.h"

namespace torchactiv::TORCHACTIV_ISA {

constexpr double below_one = 0x1.fffff0p-1;

template <class V>
struct Quotient;

template <class V>
struct Pair {
  V high, low;

  Pair() = default;
  Pair(const V& high, const V& low) : high(high), low(low) {}
  explicit Pair(double value) : high(toward_zero(value)), low(value - toward_zero(value)) {}

  // Of a constant, whose halves then have one sign, as product() wants it.
  static double toward_zero(double value) {
    const auto rounded = static_cast<typename V::Scalar>(value);
    return rounded == value ? value : static_cast<typename V::Scalar>(value * below_one);
  }

  friend Pair operator+(const Pair& a, const Pair& b) {
    const V sum = a.high + b.high, of_b = sum - a.high;  // Knuth's two-sum
    const V error = (a.high - (sum - of_b)) + (b.high - of_b);
    return {sum, error + (a.low + b.low)};
  }
  friend Pair operator-(const Pair& a) { return {-a.high, -a.low}; }
  friend Pair operator-(const Pair& a, const Pair& b) { return a + (-b); }
  friend Pair operator*(const Pair& a, const V& b) {
    const V product = a.high * b;
    return {product, fma(a.low, b, fma(a.high, b, -product))};
  }
  friend Pair operator*(const V& a, const Pair& b) { return b * a; }
  friend Pair operator*(const Pair& a, const Pair& b) {
    const V product = a.high * b.high;
    return {product, fma(a.low, b.high, fma(a.high, b.low, fma(a.high, b.high, -product)))};
  }
  friend Quotient<V> operator/(const Pair& a, const Pair& b) {
    const V inverse = V(below_one) / b.high, quotient = a.high * inverse;
    return {quotient, negative_fma(quotient, b.low, negative_fma(quotient, b.high, a.high) + a.low), inverse};
  }
  friend Pair fma(const Pair& a, const Pair& b, const Pair& c) { return a * b + c; }
  friend Pair select(const typename V::Mask& m, const Pair& a, const Pair& b) {
    return {select(m, a.high, b.high), select(m, a.low, b.low)};
  }
};

// a + c for a constant whose last bit counts at least as much as that of the sum: three operations less than a + b.
template <class V>
Pair<V> offset(const Pair<V>& a, double constant) {
  const V c(constant), sum = a.high + c;
  return {sum, (a.high - (sum - c)) + a.low};
}

// a * b + c for such a constant and a product of its sign.
template <class V>
Pair<V> offset_product(const Pair<V>& a, const Pair<V>& b, double constant) {
  const V c(constant), sum = fma(a.high, b.high, c);
  return {sum, fma(a.low, b.high, fma(a.high, b.low, fma(a.high, b.high, c - sum)))};
}

// quotient + remainder * inverse: one multiplication less where it is rounded at once. The quotient is too small by a
// little more than its rounding error, so that quotient and remainder have one sign, as product() wants it.
template <class V>
struct Quotient {
  V quotient, remainder, inverse;
  operator Pair<V>() const { return {quotient, remainder * inverse}; }
};

template <class V>
Quotient<V> reciprocal(const Pair<V>& a) {
  const V inverse = V(below_one) / a.high;
  return {inverse, negative_fma(inverse, a.low, negative_fma(inverse, a.high, V(1.0))), inverse};
}

template <class V>
V narrow(const Pair<V>& a) {
  return a.high + a.low;
}
template <class V>
V narrow(const Quotient<V>& a) {
  return fma(a.remainder, a.inverse, a.quotient);
}

// The root of a number that is 0 or not below 2^-100, to a relative error of 2^-45.5.
template <class V>
Pair<V> sqrt(const Pair<V>& a) {
  const V root = sqrt(a.high);
  return {root, (negative_fma(root, root, a.high) + a.low) * (V(0.5) / maximum_or_second(root, V(0x1p-60)))};
}

// a * b, rounded once.
template <class V>
V product(const Pair<V>& a, const Pair<V>& b) {
  return fma(a.high, b.high, fma(a.high, b.low, a.low * b.high));
}
// x + a of two positive numbers, to 0.75 ulp.
template <class V>
V sum(const V& x, const Pair<V>& a) {
  return maximum_or_second(a.high, x) + (minimum_or_second(a.high, x) + a.low);
}
// x * a, rounded once. x may be infinite, but not -infinite. Where high and low have one sign, a zero has the right
// one.
template <class V>
V product(const V& x, const Pair<V>& a) {
  return fma(x, a.high, at_most(x, V(0x1.fffffep127)) * a.low);
}

}  // namespace torchactiv::TORCHACTIV_ISA
