// Batches that are precise enough to be their own wide numbers: doubles, and those that are rounded to fewer bits.
#pragma once

#include "csrc/numbers/batches.h"
#include "ops/number.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class V>
concept Short = std::same_as<V, ShortFloatsOf<V::parts>>;
template <class V>
concept Split = std::same_as<V, Doubles> || Short<V>;
template <class V>
concept Single = std::same_as<V, SingleDoublesOf<V::parts>>;
template <class V>
concept Plain = Split<V> || Single<V>;

template <class Split>
struct PlainExponential : Split {
  auto value() const { return this->rounded(); }
  auto plus(double constant) const {
    const auto e = this->rounded();
    return e + decltype(e)(constant);
  }
};
template <class Split>
PlainExponential(Split) -> PlainExponential<Split>;

template <Plain V>
V widen(const V& a) {
  return a;
}
template <Plain V>
V narrow(const V& a) {
  return a;
}
template <Plain V>
V product(const V& a, const V& b) {
  return a * b;
}
template <Plain V>
V sum(const V& a, const V& b) {
  return a + b;
}
template <Plain V>
V offset(const V& a, double constant) {
  return a + V(constant);
}
template <Plain V>
V offset_product(const V& a, const V& b, double constant) {
  return fma(a, b, V(constant));
}
template <Plain V>
V reciprocal(const V& a) {
  return V(1.0) / a;
}

// e^x, e^x - 1 and e^x - 1 - x. Largest errors in double: 1.1 ulp, 4 ulp, 16 ulp (in float none that is promised).
template <class V, int count>
FineExpm1<V> expm1_parts(const V& x, const double (&curvature)[count]) {
  const auto [biased, power, r, curved] = reduce(x, curvature);
  const V near = r + curved, e = times_small_power_of_two(V(1.0) + near, power), far = e - V(1.0);
  const auto is_near = power == V(0.0);
  return {e, select(is_near, near, far), select(is_near, curved, far - x)};
}

template <Plain V>
constexpr const auto& curvature_of() {
  if constexpr (V::is_short)
    return float_curvature;
  else
    return double_curvature;
}
template <Split V>
auto exponential(const V& a) {
  return PlainExponential{split_exponential<Tail::left, V>(a, curvature_of<V>())};
}
template <Split V>
auto rising_exponential(const V& a) {
  return PlainExponential{split_exponential<Tail::right, V>(a, curvature_of<V>())};
}
// Largest error: 1.7 ulp of a double, 2 of a float.
template <Split V>
V expm1(const V& a) {
  if constexpr (V::is_short) {
    const auto e = split<Tail::left, V>(reduce(a, float_curvature));
    return e.added_to(e.scale - V(1.0));
  } else {
    return narrow(polynomial_expm1(a, double_curvature));
  }
}
template <Split V>
V exp(const V& a) {
  return rounded_exponential(a, curvature_of<V>());
}
template <Split V>
V fine_exp(const V& a) {
  return exp(a);
}
template <Split V>
ExpAndExpm1<V> exp_and_expm1(const V& a) {
  return {exp(a), expm1(a)};
}
template <Plain V>
FineExpm1<V> fine_expm1(const V& a) {
  return expm1_parts(a, curvature_of<V>());
}
template <Split V>
V fine_erf(const V& a) {
  return erf(a);
}
template <Split V>
V fine_sin(const V& a) {
  return sin(a);
}
template <Split V>
V fine_cos(const V& a) {
  return cos(a);
}
template <Split V>
V sigmoid(const V& a) {
  return logistic(a);
}

inline auto sigmoid_slope(const ShortFloats& a) { return logistic_slope(a); }
inline auto sigmoid_slope(const ShortFloatsOf<1>& a) { return logistic_slope(a); }

inline auto scaled_normal_tail(const ShortFloats& a) { return normal_tail(a); }
inline auto scaled_normal_tail(const ShortFloatsOf<1>& a) { return normal_tail(a); }
inline SingleDoubles scaled_normal_tail(const SingleDoubles& a) { return normal_tail(a); }

// In the range of a double nothing of a float underflows, so that nothing needs restoring.
template <Single V>
struct SingleExponential {
  V e;
  const V& value() const { return e; }
  V plus(double constant) const { return e + V(constant); }
  const V& restore(const V& y) const { return y; }
  const V& restore_product(const V& y) const { return y; }
};

template <Single V>
V exp(const V& a) {
  return exp_single(a);
}
template <Single V>
SingleExponential<V> exponential(const V& a) {
  return {exp(a)};
}
template <Single V>
SingleExponential<V> rising_exponential(const V& a) {
  return {exp(a)};
}
template <Single V>
V fine_exp(const V& a) {
  return rounded_exponential(a, double_curvature);
}
// What doubles are but for the name of their type.
template <Single V, class Function>
V finely(const V& a, Function function) {
  using Fine = Batch<Double, V::parts>;
  const Fine result = function(Fine::from([&](int i) { return a.v[i]; }));
  return V::from([&](int i) { return result.v[i]; });
}
template <Single V>
V fine_erf(const V& a) {
  if constexpr (has_tables) return tabled_erf(a);
  return finely(a, [](const auto& x) { return erf(x); });
}
template <Single V>
V fine_sin(const V& a) {
  return finely(a, [](const auto& x) { return sin(x); });
}
template <Single V>
V fine_cos(const V& a) {
  return finely(a, [](const auto& x) { return cos(x); });
}
template <Single V>
V expm1(const V& a) {
  return expm1_single(a);
}
template <Single V>
ExpAndExpm1<V> exp_and_expm1(const V& a) {
  const auto [scale, rest] = split_single(a);
  return {fma(scale, rest, scale), fma(scale, rest, scale - V(1.0))};
}
template <Single V>
V sigmoid(const V& a) {
  const V limited = at_most(at_least(-a, V(-700.0)), V(700.0));
  return V(1.0) / (V(1.0) + exp(limited));
}

}  // namespace torchactiv::TORCHACTIV_ISA
