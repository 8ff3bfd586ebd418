// Multiples of the sigmoid of z = factor * x, and of its slopes, of numbers of any size. V is a batch of floats whose
// fma is one instruction. No product of the two is infinity times 0 (ops/tame.h). The errors that are named here are
// tested by tests/cpp/vector.
#pragma once

#include "csrc/simd/tabled_logistic_product.h"

namespace torchactiv::TORCHACTIV_ISA {

// Multiples of the sigmoid. Largest error: 1 ulp; of what will be rounded to 16 bits 2^-20 (relative) for |z| <= 16.
// NaN stays; y may be infinite.
template <FusedFloats V>
class ScaledLogistic {
  using R = Reduction<float>;

 public:
  ScaledLogistic(const V& x, const V& factor) {
    const V z = x * factor, inside = between(z, -far_logistic, far_logistic), one(1.0);
    far_ = z <= V(-far_logistic);
    const auto falling = falling_exponential(z, inside, x, factor);
    using Reduced = std::remove_const_t<decltype(falling)>;
    const V near = at_least(falling.whole_power(), power_at<V, Reduced>(-R::farthest));
    const V nearest = at_most(near, power_at<V, Reduced>(R::farthest));
    missing_ = octaves_between<V, Reduced>(near, nearest);
    const auto e = falling.of_power(nearest);
    const V larger = maximum_or_second(e.scale, one), smaller = minimum_or_second(e.scale, one);
    const V base = larger + smaller, sum = e.added_to(base);
    value_ = one / sum;
    if constexpr (!V::is_short) {
      const V error = e.error(base - sum) + (smaller - (base - larger));
      lost_ = value_ * negative_fma(value_, error, negative_fma(value_, sum, one));
    }
  }

  // y sigmoid(z)
  V times(const V& y) const {
    V product = y * value_;
    if constexpr (!V::is_short) product = fma(y, value_, finite(y) * lost_);
    return select(far_, copysign(V(0.0), y), times_small_power_of_two(product, missing_));
  }
  // y w sigmoid(z). Largest error: 0.9 ulp, 1.25 of one that is barely normal. The product that is taken first
  // neither overflows nor, but among the smallest, loses digits.
  V times(const V& y, const Pair<V>& w) const {
    const auto large = abs(y) > V(1.0);
    const Pair<V> s(value_, lost_), a = select(large, s, w), b = select(large, w, s);
    const V number = reached(y);
    const V high = number * a.high, low = fma(number, a.low, fma(number, a.high, -high)), rounded = high * b.high;
    const V fine = fma(high, b.high, fma(high, b.low, low * b.high));
    return restored(copysign(select(abs(rounded) <= V(0x1.fffffep127), fine, rounded), rounded));
  }
  V times(const V& y, const V& w) const { return restored(reached(y) * value_ * w); }

 private:
  // y, which is finite where the sigmoid is 0, lest it be infinity times a w of 0.
  V reached(const V& y) const { return select(far_, finite(y), y); }
  V restored(const V& product) const {
    return select(far_, finite(product) * V(0.0), times_small_power_of_two(product, missing_));
  }
  // e^-z, by the polynomial: a table gains nothing where powers are limited on both sides. The part of the product that
  // z has lost is 0 where z is limited.
  static auto falling_exponential(const V& z, const V& inside, const V& x, const V& factor) {
    if constexpr (V::is_short) {
      return reduce(-inside, float_curvature);
    } else {
      const V lost = select(inside == z, negative_fma(x, factor, z), V(0.0));
      return reduce(Pair<V>(-inside, lost), float_curvature);
    }
  }

  typename V::Mask far_;
  V value_, lost_, missing_;
};

// The sigmoid of z and its slopes, by a: |z| to far_logistic, or a pair. Largest errors: of value() 1 ulp; of
// gate_slope(), the derivative of z sigmoid(z), 1.6 ulp where it is 1/16 or more, elsewhere 2^-27.1 (absolute), and
// 2^-23 of what will be rounded to 16 bits; of y times the derivative of the sigmoid 1.1 ulp. NaN stays; y may be
// infinite.
template <FusedFloats V, class A>
class LogisticSlopes {
  using R = Reduction<float>;

 public:
  LogisticSlopes(const V& z, const A& a) : LogisticSlopes(z, a, reduced<V>(a, float_curvature)) {}

  V value() const { return from_smaller(falling_.rounded()); }
  // y times it. Largest error: 2 ulp.
  V value_times(const V& y) const {
    return select(negative_, restore_slope(y * falling_.rounded()), y * (V(1.0) - falling_.rounded()));
  }
  V gate_slope() const { return from_smaller(falling_.gate_slope(a_)); }
  // The same times w. Largest error: 1.9 ulp where the slope is 1/16 or more.
  V gate_slope_times(const Pair<V>& w) const {
    const V one(1.0);
    const Pair<V> s = falling_.fine_gate_slope(a_);  // it, or a multiple of what it lacks of 1
    const V left = fma(s.high, w.high, fma(s.high, w.low, s.low * w.high));
    const V right = negative_fma(s.high, w.high, w.high) + negative_fma(s.low, w.high, w.low * (one - s.high));
    const V rounded = select(negative_, s.high, one - s.high) * w.high;  // infinite where w is
    const V product = select(negative_, times_small_power_of_two(left, missing_), right);
    return select(abs(rounded) <= V(0x1.fffffep127), product, rounded);
  }
  V gate_slope_times(const V& w) const { return gate_slope() * w; }
  // y times a multiple of the slope, which restore_slope() takes from what is proportional to it.
  V slope_times(const V& y) const {
    const Pair<V> slope = falling_.slope();
    if constexpr (V::is_short) return y * slope.high;
    return fma(y, slope.high, finite(y) * slope.low);
  }
  V restore_slope(const V& y) const { return select(far_, copysign(V(0.0), y), times_small_power_of_two(y, missing_)); }

 private:
  template <class Reduced>
  LogisticSlopes(const V& z, const A& a, const Reduced& rising)
      : LogisticSlopes(z, a, rising, at_most(rising.whole_power(), power_at<V, Reduced>(R::farthest))) {}
  template <class Reduced>
  LogisticSlopes(const V& z, const A& a, const Reduced& rising, const V& near)
      : negative_(z < V(0.0)),
        far_(V(far_logistic) <= abs(z)),
        a_(a),
        missing_(octaves_between<V, Reduced>(rising.whole_power(), near)),
        falling_(rising.of_power(near), 1.0) {}
  V from_smaller(const V& multiple) const {
    const V smaller = times_small_power_of_two(multiple, missing_);
    return select(negative_, smaller, V(1.0) - smaller);
  }

  typename V::Mask negative_, far_;
  A a_;
  V missing_;
  FallingLogistic<V> falling_;
};

template <FusedFloats V>
ScaledLogistic<V> scaled_logistic(const V& x, const V& factor) {
  return {x, factor};
}
// gate sigmoid(z) (y + 1) of z = x * factor, where gate is x but where the factor is 0 (ops/tame.h). Largest error: 1.1
// ulp, 1.25 of one that is barely normal.
template <FusedFloats V>
V scaled_gate_product(const V& gate, const V& x, const V& factor, const V& y) {
  if constexpr (V::is_short)
    return scaled_logistic(x, factor).times(gate, y + V(1.0));
  else if constexpr (has_tables)
    return tabled_scaled_gate_product(gate, x, factor, y);
  else
    return scaled_logistic(x, factor).times(gate, Pair<V>(y, V(0.0)) + Pair<V>(1.0));
}
template <FusedFloats V>
auto logistic_slopes(const V& z) {
  return LogisticSlopes<V, V>(z, at_most(abs(z), V(far_logistic)));
}
// Of z = factor * x.
template <FusedFloats V>
auto scaled_logistic_slopes(const V& x, const V& factor) {
  const V z = x * factor, a = abs(z);
  if constexpr (V::is_short) {
    return LogisticSlopes<V, V>(z, at_most(a, V(far_logistic)));
  } else {
    const V lost = fma(x, factor, -z), low = select(z < V(0.0), -lost, lost);
    return LogisticSlopes<V, Pair<V>>(z, {at_most(a, V(far_logistic)), select(V(far_logistic) <= a, V(0.0), low)});
  }
}

// Its derivatives: that of x sigmoid(x) at z, times y + 1; and gate sigmoid(z). Largest errors: 2 ulp where the first
// is 1/16 or more; 2 ulp.
template <FusedFloats V>
std::array<V, 2> scaled_gate_product_slopes(const V& gate, const V& x, const V& factor, const V& y) {
  if constexpr (has_tables) {
    return tabled_scaled_gate_product_slopes(gate, x, factor, y);
  } else {
    const auto s = scaled_logistic_slopes(x, factor);
    if constexpr (V::is_short)
      return {s.gate_slope_times(y + V(1.0)), s.value_times(gate)};
    else
      return {s.gate_slope_times(Pair<V>(y, V(0.0)) + Pair<V>(1.0)), s.value_times(gate)};
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
