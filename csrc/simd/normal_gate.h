// x Phi(x) and its derivative, Phi being the normal distribution, in floats with a fused multiply-add. V is a batch of
// floats. Coefficients: tools/mills_ratio_coefficients.py. The errors that are named here are tested by
// tests/cpp/vector.
#pragma once

#include <array>

#include "csrc/simd/exponential.h"
#include "csrc/simd/tabled_normal_gate.h"

namespace torchactiv::TORCHACTIV_ISA {

// Mills' ratio over sqrt(2 pi), e^(a^2 / 2) Phi(-a), is (1 + excess) / (constant + factor a) for 0 <= a <= 14.7. The
// excess is so small, below 0.12 and 0.1, that few of its digits matter; it is a polynomial of t = scale / (constant +
// factor a) + shift. The constant has so few bits that what is added to it can be told from the sum exactly.
struct MillsRatio {
  static constexpr double constant = 0x1.1480000000000p+1;
  static constexpr double factor = 0x1.0978c40000000p+1;
  static constexpr double scale = 0x1.2817460000000p+2;
  static constexpr double shift = -0x1.2446e00000000p+0;
  // To a relative error of the ratio of 2^-26.39.
  static constexpr double excess[] = {0x1.c5dfb20000000p-4,   0x1.e67fea0000000p-5,   -0x1.1579fa0000000p-3,
                                      0x1.b6e3140000000p-5,   -0x1.9f00740000000p-9,  -0x1.656aec0000000p-7,
                                      0x1.295d3a0000000p-7,   -0x1.08780a0000000p-8,  0x1.9da7d40000000p-11,
                                      0x1.107f220000000p-13,  -0x1.618ef80000000p-11, 0x1.3d97e00000000p-10,
                                      -0x1.1829480000000p-11, -0x1.4981400000000p-12, 0x1.cdfdd80000000p-13};
};
struct FineMillsRatio {
  static constexpr double constant = 0x1.0500000000000p+1;
  static constexpr double factor = 0x1.120dd00000000p+1;
  static constexpr double scale = 0x1.15e8cc0000000p+2;
  static constexpr double shift = -0x1.212bc00000000p+0;
  // To a relative error of the ratio of 2^-28.88.
  static constexpr double excess[] = {0x1.83ccd40000000p-4,   0x1.9e9fc80000000p-10,  -0x1.06b61e0000000p-3,
                                      0x1.157f160000000p-4,   -0x1.eec6f80000000p-7,  -0x1.a6e4200000000p-8,
                                      0x1.3aef1e0000000p-7,   -0x1.a1596a0000000p-8,  0x1.4eccda0000000p-9,
                                      -0x1.ee8dc60000000p-13, -0x1.5b85300000000p-12, 0x1.a9990e0000000p-12,
                                      -0x1.a81b820000000p-11, 0x1.6981480000000p-11,  0x1.1d0a000000000p-16,
                                      -0x1.1e1ad20000000p-12, 0x1.83b0660000000p-14};
};

// For a = |x|: e^(-a^2 / 2) = 2^power (1 + r + curved).
template <class Ratio, class V>
class NormalGate {
 public:
  explicit NormalGate(const V& x) : a_(minimum_or_second(V(farthest), abs(x))) {
    using R = Reduction<float>;
    const V half = V(-0.5) * a_, exponent = half * a_, lost = fma(half, a_, -exponent);
    const V round(R::round + lift), biased = fma(exponent, V(R::log2_e), round), power = biased - round;
    const V near = fma(power, V(-R::ln2_high), exponent), rest = fma(power, V(-R::ln2_low), lost);  // near is exact
    lifted_ = power_of_two(biased);
    r_ = near + rest;
    const V square = r_ * r_;
    curved_ = fma(square, polynomial(r_, square, float_curvature), (near - r_) + rest);

    const V divisor = fma(a_, V(Ratio::factor), V(Ratio::constant));
    const V beyond = fma(a_, V(Ratio::factor), V(Ratio::constant) - divisor);  // what rounding took from it
    inverse_ = V(1.0) / divisor;
    const V missing = fma(-inverse_, beyond, fma(-inverse_, divisor, V(1.0)));  // and from 1 / divisor
    const V t = fma(inverse_, V(Ratio::scale), V(Ratio::shift));
    excess_ = polynomial(t, t * t, Ratio::excess) + missing;
  }

  // Phi(-a) = 2^power inverse (1 + excess) (1 + r + curved), where (1 + r) inverse is taken without rounding.
  V value(const V& x) const {
    const V high = fma(inverse_, r_, inverse_), exact = fma(inverse_, r_, inverse_ - high);
    const V low = fma(inverse_, fma(excess_, r_ + curved_, excess_) + curved_, exact);
    const V left = scaled(fma(a_, high, a_ * low));
    return maximum_or_second(V(-0.0), x) - left;  // -0 stays
  }
  // The slope at -a is 2^power (1 + r + curved) (inverse (1 + excess) - a / sqrt(2 pi)), likewise.
  V slope(const V& x) const {
    constexpr double density = 0x1.988454p-2, density_low = -0x1.857936p-27;                       // 1 / sqrt(2 pi)
    const V product = V(density) * a_, first = inverse_ - product, of_product = first - inverse_;  // Knuth's two-sum
    const V lost = (inverse_ - (first - of_product)) - (product + of_product) + fma(V(-density), a_, product);
    const V second = fma(V(-density_low), a_, fma(inverse_, excess_, lost));
    const V high = fma(first, r_, first), exact = fma(first, r_, first - high);
    const V low = fma(second, r_ + curved_, second) + fma(first, curved_, exact);
    const V left = scaled(high + low);
    return select(x < V(0.0), left, V(1.0) - left);
  }

 private:
  static constexpr double farthest = 14.6;  // beyond, x Phi(x) is 0 or x
  static constexpr double lift = 64;        // 2^(power + lift) is a normal number

  V scaled(const V& y) const { return y * lifted_ * V(0x1p-64); }

  V a_, r_, curved_, inverse_, excess_, lifted_;
};

// Largest error: 1.3 ulp (0.84 by tables). Keeps the sign of 0. NaN stays, -infinity gives -0. Of what will be rounded
// to 16 bits the tail's plain formula is faster, if there are no tables.
template <FusedFloats V>
  requires(has_tables || !V::is_short)
V single_normal_gate(const V& x) {
  if constexpr (has_tables)
    return tabled_normal_gate(x);
  else
    return NormalGate<MillsRatio, V>(x).value(x);
}

// Largest errors: 1.4 ulp (2 by tables), but near the zero, 2^-27 where the result is below 1/16 (absolute). NaN
// stays, the infinities give 0 and 1.
template <FusedFloats V>
V single_normal_gate_slope(const V& x) {
  if constexpr (has_tables)
    return tabled_normal_gate_slope(x);
  else
    return NormalGate<FineMillsRatio, V>(x).slope(x);
}

// Both, with errors of 1.3 and 1.4 ulp (0.84 and 2 by tables).
template <FusedFloats V>
std::array<V, 2> single_normal_gate_and_slope(const V& x) {
  if constexpr (has_tables) {
    return tabled_normal_gate_and_slope(x);
  } else {
    const NormalGate<FineMillsRatio, V> gate(x);
    return {gate.value(x), gate.slope(x)};
  }
}

}  // namespace torchactiv::TORCHACTIV_ISA
