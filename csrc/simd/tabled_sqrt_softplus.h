// The square root of ln(1 + e^x) by tables in registers. V is a batch of floats. The errors that are named here are
// tested by tests/cpp/vector.
#pragma once

#include "csrc/simd/tabled_softplus.h"

namespace torchactiv::TORCHACTIV_ISA {

// The root as root + lost, times `restored`; and e^-|x|, or e^(x / 2) where that is the root to the last digit of a
// float.
template <class V>
class TabledRootOfSoftplus {
  static constexpr double left_end = -40, root_of_unit = 0x1p-55;
  static_assert(root_of_unit * root_of_unit == TabledFall<V>::unit);

 public:
  typename V::Mask negative, left;
  TabledFall<V> fall;
  V root, lost, restored;

  explicit TabledRootOfSoftplus(const V& x)
      : negative(x < V(0.0)),
        left(x < V(left_end)),
        fall(-minimum_or_second(V(160.0), select(left, V(-0.5) * x, abs(x))), V(0.0)),
        restored(select(negative, V(root_of_unit), V(1.0))) {
    // On the left of 0 what is under the root keeps the unit, lest it is denormal.
    const SegmentPolynomial<SoftplusTables, V> tail(minimum_or_second(V(SoftplusTables::farthest), abs(x)),
                                                    SoftplusTables::tail);
    const V unit = select(negative, V(1.0), V(fall.unit)), line = maximum_or_second(V(0.0), x);
    const Pair<V> product = fall.product(tail.sum, tail.low);
    const V curved = product.high * unit;
    const V larger = maximum_or_second(line, curved), smaller = minimum_or_second(line, curved), sum = larger + smaller;
    root = sqrt(sum);
    if constexpr (!V::is_short) {
      const V rest = fma(product.low, unit, smaller - (sum - larger));
      lost = (negative_fma(root, root, sum) + rest) * (V(0.5) * estimated_inverse(root));
    }
  }
  // e^(x / 2) where it is that.
  V far() const { return fall.added_to(fall.scale) * V(fall.unit); }
};

// Largest error: 0.76 ulp; 2^-21.5 of a number that will be rounded to 16 bits. NaN stays, infinities give 0 and
// infinity.
template <TabledFloats V>
V tabled_sqrt_softplus(const V& x) {
  const TabledRootOfSoftplus<V> r(x);
  V root = r.root;
  if constexpr (!V::is_short) root = select(x < V(0x1p100), r.root + r.lost, r.root);
  return select(r.left, r.far(), root * r.restored);
}

// Its derivative. Largest errors: 1.4 ulp where it is 1/16 or more, 2^-27 elsewhere (absolute); 2^-21.5 of a number
// that will be rounded to 16 bits. NaN stays, infinities give 0.
template <TabledFloats V>
V tabled_sqrt_softplus_slope(const V& x) {
  const TabledRootOfSoftplus<V> r(x);
  // The sigmoid is 1 / (1 + t), or t over that, for t = e^-|x|.
  const V one(1.0), unit(r.fall.unit), t = r.fall.added_to(r.fall.scale), numerator = select(r.negative, t, one);
  const V sum = fma(t, unit, one), denominator = sum * r.root, quotient = numerator / denominator;
  V steep = quotient;
  if constexpr (!V::is_short) {
    const V rest = fma(t, unit, one - sum);
    const V of_product = fma(rest, r.root, fma(sum, r.lost, fma(sum, r.root, -denominator)));
    const V missing = negative_fma(quotient, of_product, negative_fma(quotient, denominator, numerator));
    steep = fma(missing, estimated_inverse(denominator), quotient);
  }
  return V(0.5) * select(r.left, r.far(), select(x < V(0x1p100), steep, quotient) * r.restored);
}

}  // namespace torchactiv::TORCHACTIV_ISA
