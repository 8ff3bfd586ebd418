// x, of which a part is taken by the normal distribution, Phi: x (alpha + (1 - alpha) Phi(w)) with w = sqrt(2) mu
// (1 - alpha) x, by tables in registers. V is a batch of floats. The errors that are named here are tested by
// tests/cpp/vector.
//
// With T = Phi(-|w|) it is alpha x + (1 - alpha) x T where w is negative, and x - (1 - alpha) x T elsewhere: where
// alpha is not negative, no sum cancels.
#pragma once

#include <array>
#include <numbers>

#include "csrc/simd/limited_argument.h"
#include "csrc/simd/tabled_normal_tail.h"

namespace torchactiv::TORCHACTIV_ISA {

// What depends on mu and alpha alone: |w / x|, and how far |x| matters for w.
template <class V>
struct NormalMixtureFactors {
  V alpha;
  Pair<V> rest;
  V lift;             // by which x is multiplied, lest a factor that is huge or tiny overflows or is denormal
  Pair<V> steepness;  // |w / x| / lift
  V sign, farthest;
  V farthest_line;  // no infinity is multiplied by an alpha of 0

  NormalMixtureFactors(const V& mu, const V& alpha)
      : NormalMixtureFactors(finite(mu), alpha, Pair<V>(1.0) - Pair<V>(alpha, V(0.0)), lift_for(abs(mu))) {}

 private:
  static V lift_for(const V& size) {
    return select(V(0x1p60) < size, V(0x1p24), select(size < V(0x1p-60), V(0x1p-24), V(1.0)));
  }
  NormalMixtureFactors(const V& mu, const V& alpha, const Pair<V>& rest, const V& lift)
      : NormalMixtureFactors(alpha, rest, lift, Pair<V>(std::numbers::sqrt2) * rest * (mu / lift)) {}
  NormalMixtureFactors(const V& alpha, const Pair<V>& rest, const V& lift, const Pair<V>& factor)
      : alpha(alpha),
        rest(rest),
        lift(lift),
        steepness(select(factor.high < V(0.0), -factor, factor)),
        sign(copysign(V(1.0), factor.high)),
        farthest(finite(V(NormalGateTables::farthest) / abs(steepness.high) / lift)),
        farthest_line(select(abs(alpha) > V(0.0), V(__builtin_inf()), finite(V(__builtin_inf())))) {}
};

// The errors are those of the functions below.
template <class V>
class TabledNormalMixture {
  using Polynomial = SegmentPolynomial<NormalGateTables, V>;
  using Fall = TabledFall<V>;

 public:
  TabledNormalMixture(const V& x, const NormalMixtureFactors<V>& of)
      : of_(of),
        x_(x),
        negative_(x * of.sign < V(0.0)),
        inside_(minimum_or_second(of.farthest, abs(x))),
        n_(of.steepness * (inside_ * of.lift)),
        far_(V(NormalGateTables::farthest * (1 - 0x1p-20)) <= n_.a.high) {}

  V value() const {
    // What is small is multiplied by a power of two until nothing is added any more, so that a denormal is rounded
    // once.
    const auto small = abs(x_) <= V(1.0);
    const V near = select(far_, V(0.0), copysign(inside_, x_));  // finite
    const V left = n_.bell.product(select(small, near, near * unit()), share(n_.tail())).high;
    const V line = select(negative_, at_most(at_least(x_, -of_.farthest_line), of_.farthest_line), x_);
    const V sum = fma(start(), select(small, line * V(1 / Fall::unit), line), select(negative_, left, -left));
    const V result = select(small, sum * unit(), sum);
    return select(abs(result) <= V(0.0), copysign(V(0.0), x_), result);  // x - x / 2 loses the sign of -0
  }
  V slope() const { return fma(n_.bell.product(share(n_.slope())).high, select(negative_, unit(), -unit()), start()); }
  // (1 - alpha)^2 x^2 e^(-w^2 / 2) / sqrt(pi)
  V slope_by_mu() const {
    constexpr double root_of_unit = 0x1p-55, square_is_infinite = 0x1p66;  // with what is small it may be finite
    static_assert(root_of_unit * root_of_unit == Fall::unit);
    const V near = select(far_, V(0.0), minimum_or_second(V(square_is_infinite), inside_));
    const auto small = near <= V(1.0);  // elsewhere the unit goes to both factors
    const V factor = select(small, near, near * V(root_of_unit));
    const Pair<V> square = Pair<V>(std::numbers::inv_sqrtpi) * of_.rest * of_.rest * factor * factor;
    return n_.bell.product(square).high * select(small, unit(), V(1.0));
  }

 private:
  static V unit() { return V(Fall::unit); }
  V start() const { return select(negative_, of_.alpha, V(1.0)); }
  // 1 - alpha times the polynomial.
  Pair<V> share(const Polynomial& polynomial) const {
    const V high = of_.rest.high * polynomial.sum;
    if constexpr (V::is_short) return {high, V(0.0)};
    const V lost = fma(of_.rest.high, polynomial.sum, -high);
    return {high, fma(of_.rest.low, polynomial.sum, fma(of_.rest.high, polynomial.low, lost))};
  }

  const NormalMixtureFactors<V>& of_;
  V x_;
  typename V::Mask negative_;
  V inside_;
  TabledNormalTail<V> n_;
  typename V::Mask far_;  // where there is nothing of T, not even as a multiple of a huge x
};

template <TabledFloats V>
NormalMixtureFactors<V> normal_mixture_factors(const V& mu, const V& alpha) {
  return {mu, alpha};
}
// Largest error: 1.1 ulp; 2^-21.5 of a number that will be rounded to 16 bits. Keeps the sign of 0. NaN stays.
template <TabledFloats V>
V tabled_normal_mixture(const V& x, const NormalMixtureFactors<V>& of) {
  return TabledNormalMixture<V>(x, of).value();
}
// The derivatives by x and by mu. Largest errors: 1.4 ulp where it is 1/16 or more, elsewhere 2^-27 (absolute); 0.6
// ulp.
template <TabledFloats V>
std::array<V, 2> tabled_normal_mixture_slopes(const V& x, const NormalMixtureFactors<V>& of) {
  const TabledNormalMixture<V> mixture(x, of);
  return {mixture.slope(), mixture.slope_by_mu()};
}

}  // namespace torchactiv::TORCHACTIV_ISA
