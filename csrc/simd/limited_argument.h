// What keeps a sigmoid of z = x * factor, and products with it, within the range of floats. V is a batch of floats
// whose fma is one instruction.
#pragma once

#include "csrc/simd/exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

// Where z is so far from 0 that the smaller of its sigmoids is 0 beside any number.
constexpr double far_logistic = Reduction<float>::product_limit;

// y, whose product with what is 0 or nearly so is a number.
template <FusedFloats V>
V finite(const V& y) {
  return at_most(at_least(y, V(-0x1.fffffep127)), V(0x1.fffffep127));
}

template <FusedFloats V>
V between(const V& x, double low, double high) {
  return at_most(at_least(x, V(low)), V(high));
}

// |z| where z = x * factor is `near`, its limits, with the part of the product that z has lost.
template <FusedFloats V>
auto magnitude_of_product(const V& x, const V& factor, const V& z, const V& near) {
  if constexpr (V::is_short) {
    return abs(near);
  } else {
    const V lost = fma(x, factor, -z);
    return Pair<V>(abs(near), select(near == z, select(z < V(0.0), -lost, lost), V(0.0)));
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
