// What vectors approximate, in numbers that are longer than theirs.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/cpp/vector/functions.h"

namespace vector_test {

using Real = long double;

inline Real exponential(Real x, Real) { return std::exp(x); }
inline Real inverse_exponential(Real x, Real) { return std::exp(-x); }
inline Real exponential_minus_1(Real x, Real) { return std::expm1(x); }
inline Real exponential_curve(Real x, Real) {
  if (std::fabs(x) > 0x1p-6L) return std::expm1(x) - x;
  Real sum = 0;
  for (int n = 12; n >= 2; --n) sum = (sum + 1) * x / n;
  return sum * x;
}
inline Real exponential_plus_1(Real x, Real) { return 1 + std::exp(x); }
inline Real exponential_product(Real x, Real y) { return y * std::exp(x); }
inline Real logistic(Real x, Real) { return 1 / (1 + std::exp(-x)); }
inline Real logistic_of_product(Real x, Real y) { return logistic(x * y, 0); }
inline Real logistic_slope(Real x, Real) { return std::exp(-std::fabs(x)) * std::pow(logistic(std::fabs(x), 0), 2); }
inline Real scaled_logistic(Real x, Real y) { return x * logistic_of_product(x, y); }
inline Real logistic_gate_only(Real x, Real) { return scaled_logistic(x, 1); }
inline Real logistic_gate_slope(Real x, Real) { return logistic(x, 0) * (1 + x * logistic(-x, 0)); }
inline Real slope_of_scaled_gate(Real x, Real y) { return logistic_gate_slope(x * y, 0); }
inline Real logistic_slope_times(Real x, Real y) { return y * logistic_slope(x, 0); }
inline Real scaled_logistic_slope(Real x, Real y) { return x * logistic_slope(x * y, 0); }
inline Real logistic_gate_product(Real x, Real y) { return y * scaled_logistic(x, 1); }
inline Real logistic_gate_slope_product(Real x, Real y) { return y * logistic_gate_slope(x, 0); }
inline Real times_y_plus_1(Real x, Real y) { return (y + 1) * scaled_logistic(x, y); }
inline Real slope_times_y_plus_1(Real x, Real y) { return (y + 1) * slope_of_scaled_gate(x, y); }
inline Real slope_of_multiple(Real x, Real) { return logistic_gate_slope(static_cast<Real>(multiple) * x, 0); }
inline Real fused(Real x, Real y) { return x * x + y; }
inline Real fused_negative(Real x, Real y) { return y - x * x; }

inline Real square_root(Real x, Real) { return std::sqrt(x); }
inline Real logarithm(Real x, Real) { return std::log1p(x); }
inline Real error_function(Real x, Real) { return std::erf(x); }
inline Real sine(Real x, Real) { return std::sin(x); }
inline Real cosine(Real x, Real) { return std::cos(x); }
inline Real arctangent(Real x, Real) { return std::atan(x); }

// For a large x by the continued fraction x + excess of 1 / (sqrt(pi) erfcx(x)).
constexpr Real continued_from = 3;
inline Real excess(Real x) {
  Real tail = 0;
  for (int n = 50; n >= 1; --n) tail = n * 0.5L / (x + tail);
  return tail;
}
inline Real scaled_complement(Real x, Real) {
  if (x < continued_from) return std::exp(x * x) * std::erfc(x);
  return std::numbers::inv_sqrtpi_v<Real> / (x + excess(x));
}
inline Real scaled_complement_slope(Real x, Real) {
  if (x < continued_from) return 2 * x * scaled_complement(x, 0) - 2 * std::numbers::inv_sqrtpi_v<Real>;
  return -2 * excess(x) * scaled_complement(x, 0);
}

inline Real scaled_normal_tail(Real x, Real) { return scaled_complement(x * std::numbers::sqrt2_v<Real> / 2, 0) / 2; }

inline Real normal(Real x) { return std::erfc(-x * std::numbers::sqrt2_v<Real> / 2) / 2; }
inline Real gate(Real x, Real) { return x * normal(x); }
inline Real gate_slope(Real x, Real) {
  return normal(x) + x * std::exp(-x * x / 2) * std::numbers::inv_sqrtpi_v<Real> / std::numbers::sqrt2_v<Real>;
}

inline Real normal_density(Real x) {
  return std::exp(-x * x / 2) * std::numbers::inv_sqrtpi_v<Real> / std::numbers::sqrt2_v<Real>;
}
inline Real centred_normal(Real x, Real sigma) { return normal((x - static_cast<Real>(centre)) / sigma); }
inline Real centred_normal_density(Real x, Real sigma) {
  return normal_density((x - static_cast<Real>(centre)) / sigma) / sigma;
}

// x (alpha + (1 - alpha) Phi(w)) and its derivatives, for an alpha in quarters.
template <int quarters>
Real normal_mixture(Real x, Real mu) {
  constexpr Real alpha = quarters / 4.0L;
  return x * (alpha + (1 - alpha) * normal(std::numbers::sqrt2_v<Real> * mu * (1 - alpha) * x));
}
template <int quarters>
Real normal_mixture_by_x(Real x, Real mu) {
  constexpr Real alpha = quarters / 4.0L;
  return alpha + (1 - alpha) * gate_slope(std::numbers::sqrt2_v<Real> * mu * (1 - alpha) * x, 0);
}
template <int quarters>
Real normal_mixture_by_mu(Real x, Real mu) {
  constexpr Real rest = 1 - quarters / 4.0L;
  const Real distance = rest * x, z = mu * distance;
  return distance * distance * std::exp(-z * z) * std::numbers::inv_sqrtpi_v<Real>;
}

// A number with the digits of a 16-bit type, near the float x.
inline float of_16_bits(Real x) {
  const float a = static_cast<float>(x), lifted = lift_to_16_bits * a;
  return lifted - (lifted - a);
}

inline Real tanh_gate_exponent(Real x) { return std::sqrt(8 / std::numbers::pi_v<Real>) * (x + 0.044715L * x * x * x); }
inline Real tanh_gate(Real x, Real) { return x * logistic(tanh_gate_exponent(x), 0); }
inline Real tanh_gate_slope(Real x, Real) {
  const Real v = tanh_gate_exponent(x), slope = std::sqrt(8 / std::numbers::pi_v<Real>) * (1 + 3 * 0.044715L * x * x);
  return logistic(v, 0) * (1 + x * slope * logistic(-v, 0));
}

inline Real hyperbolic_tangent(Real x, Real) { return std::tanh(x); }
inline Real softplus(Real x, Real beta) {
  const Real z = beta * x;
  return (std::max(z, 0.0L) + std::log1p(std::exp(-std::fabs(z)))) / beta;
}
inline Real sqrt_softplus(Real x, Real) { return std::sqrt(softplus(x, 1)); }
inline Real sqrt_softplus_slope(Real x, Real) { return logistic(x, 0) / (2 * sqrt_softplus(x, 0)); }
inline Real log_sigmoid(Real x, Real) { return -softplus(-x, 1); }

// Near 0 by its series.
inline Real tanhshrink(Real x, Real) {
  const Real s = x * x;
  if (s > 0x1p-10) return x - std::tanh(x);
  return x * s * (1 / 3.0L - s * (2 / 15.0L - s * (17 / 315.0L - s * (62 / 2835.0L - s * 1382 / 155925.0L))));
}

// Which part of an octave x >= 1 lies in, among the 32 of several octaves, from the one that ends in 1; and its middle.
template <int parts>
Real segment(Real x, Real) {
  const int octave = (std::ilogb(x) + 127) % (32 / parts);
  return octave * parts + std::floor(std::ldexp(x, -std::ilogb(x)) * parts) - parts;
}
template <int parts>
Real middle_of_segment(Real x, Real) {
  const Real width = std::ldexp(1.0L, std::ilogb(x)) / parts;
  return (std::floor(x / width) + 0.5L) * width;
}

}  // namespace vector_test
