// A model of the numbers that formulas in ops/ are written in, of which jets are made here.
#pragma once

#include <cmath>
#include <numbers>

#include "csrc/numbers/jet_functions.h"

namespace torchactiv_test {

// The simplest number that ops/number.h allows.
struct Real {
  double value;

  Real() = default;
  explicit Real(double value) : value(value) {}

  friend Real operator+(Real a, Real b) { return Real(a.value + b.value); }
  friend Real operator-(Real a, Real b) { return Real(a.value - b.value); }
  friend Real operator*(Real a, Real b) { return Real(a.value * b.value); }
  friend Real operator/(Real a, Real b) { return Real(a.value / b.value); }
  friend Real operator-(Real a) { return Real(-a.value); }
  friend bool operator<(Real a, Real b) { return a.value < b.value; }
  friend bool operator<=(Real a, Real b) { return a.value <= b.value; }
  friend bool operator>(Real a, Real b) { return a.value > b.value; }
  friend bool operator==(Real a, Real b) { return a.value == b.value; }
};

inline Real select(bool mask, Real a, Real b) { return mask ? a : b; }
inline Real fma(Real a, Real b, Real c) { return Real(std::fma(a.value, b.value, c.value)); }
inline Real abs(Real a) { return Real(std::fabs(a.value)); }
inline Real copysign(Real a, Real b) { return Real(std::copysign(a.value, b.value)); }
inline Real at_least(Real a, Real bound) { return a < bound ? bound : a; }
inline Real at_most(Real a, Real bound) { return a > bound ? bound : a; }
inline Real widen(Real a) { return a; }
inline Real narrow(Real a) { return a; }
inline Real product(Real a, Real b) { return a * b; }
inline Real sum(Real a, Real b) { return a + b; }
inline Real offset(Real a, double constant) { return Real(a.value + constant); }
inline Real offset_product(Real a, Real b, double constant) { return fma(a, b, Real(constant)); }
inline Real reciprocal(Real a) { return Real(1 / a.value); }
inline Real exp(Real a) { return Real(std::exp(a.value)); }
inline Real fine_exp(Real a) { return exp(a); }
inline Real expm1(Real a) { return Real(std::expm1(a.value)); }
inline torchactiv::ExpAndExpm1<Real> exp_and_expm1(Real a) { return {exp(a), expm1(a)}; }
inline torchactiv::FineExpm1<Real> fine_expm1(Real a) {
  return {exp(a), expm1(a), Real(static_cast<double>(std::expm1(static_cast<long double>(a.value)) - a.value))};
}
inline Real sigmoid(Real a) { return Real(1 / (1 + std::exp(-a.value))); }
inline Real sqrt(Real a) { return Real(std::sqrt(a.value)); }
inline Real log1p(Real a) { return Real(std::log1p(a.value)); }
inline Real erf(Real a) { return Real(std::erf(a.value)); }
inline Real fine_erf(Real a) { return erf(a); }
inline Real erfcx(Real a) {
  const double x = a.value, inverse_square = 1 / (x * x);
  if (x > 20) return Real(std::numbers::inv_sqrtpi / x * (1 - inverse_square * (0.5 - 0.75 * inverse_square)));
  return Real(std::exp(x * x) * std::erfc(x));
}
inline Real erfcx_slope(Real a) { return Real(2 * a.value * erfcx(a).value - 2 * std::numbers::inv_sqrtpi); }
inline Real sin(Real a) { return Real(std::sin(a.value)); }
inline Real cos(Real a) { return Real(std::cos(a.value)); }
inline Real fine_sin(Real a) { return sin(a); }
inline Real fine_cos(Real a) { return cos(a); }
inline Real atan(Real a) { return Real(std::atan(a.value)); }
inline Real fine_atan(Real a) { return atan(a); }

// e^a as `multiple` times what restore() multiplies by. A true model's multiple is a power of two; anything shows
// whether what must be restored is. In the tails e^a, or e^-a, is nothing beside 1.
struct RealExponential {
  Real near;
  double multiple;
  Real value() const { return near; }
  Real plus(double constant) const { return Real(near.value + constant); }
  Real restore(Real y) const { return Real(y.value / multiple); }
  Real restore_product(Real y) const { return restore(y); }
};

constexpr double left_tail = -37, right_tail = 37;
inline double multiple_in_tail = 3;
inline RealExponential exponential(Real a) {
  const double multiple = a.value < left_tail ? multiple_in_tail : 1;
  return {Real(std::exp(a.value) * multiple), multiple};
}
inline RealExponential rising_exponential(Real a) {
  const double multiple = a.value > right_tail ? multiple_in_tail : 1;
  return {Real(std::exp(a.value) / multiple), multiple};
}

}  // namespace torchactiv_test

template <>
struct torchactiv::NumberTraits<torchactiv_test::Real> {
  using Wide = torchactiv_test::Real;
  using Mask = bool;
  static constexpr double exponent_limit = 760, product_limit = 1470, square_limit = 0x1p500;
  static constexpr bool has_spare_digits = false, has_spare_range = false;
};

namespace torchactiv_test {

template <class Function>
double central_difference(Function function, double x) {
  constexpr double step = 1e-5;
  return (function(Real(x + step)).value - function(Real(x - step)).value) / (2 * step);
}

// Away from the kinks of the functions below.
constexpr double points[] = {-7.3, -3.3, -1.7, -0.6, -0.15, 0.15, 0.6, 1.7, 3.3, 7.3};

}  // namespace torchactiv_test
