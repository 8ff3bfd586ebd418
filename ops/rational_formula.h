#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

// The versions of Molina, Schramowski & Kersting 2019 and of the authors' code: how the denominator, of a polynomial
// S(x), is kept from zero; in sum_of_magnitudes S has a magnitude for each term.
enum class Denominator {
  sum_of_magnitudes,  // A: 1 + |q_1 x| + |q_2 x^2| + ..
  magnitude_of_sum,   // B: 1 + |q_1 x + q_2 x^2 + ..|
  least_magnitude,    // C: 0.1 + |q_0 + q_1 x + ..|
  plain,              // N: 1 + q_1 x + q_2 x^2 + ..
};

// P(x) / Q(x) of coefficients in ascending order. Beyond 1 both are polynomials of 1 / x, so that nothing inside
// overflows before the result does, and at an infinity it is the limit.
template <Denominator denominator>
struct RationalFormula : Activation {
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr int highest_degree = 10;

  static constexpr Objection objection_to_counts(std::span<const int> counts) {
    const bool fits = counts[1] >= 1 && counts[2] >= 1 && counts[1] <= highest_degree + 1 &&
                      counts[2] - 1 + first_power <= highest_degree;
    if (fits) return {};
    return {.reason = "numerator and denominator must have at least one element each, and degrees of at most 10"};
  }

  template <Number N>
  static N forward(N x, Coefficients<N> p, Coefficients<N> q) {
    return limit(x, Terms<N>(x, p, q).value);
  }

  template <Number N>
  static void partials(N* slopes, N x, Coefficients<N> p, Coefficients<N> q) {
    const Terms<N> terms(x, p, q);
    const auto weights = terms.weights();
    N numerator_slope(0.0), denominator_slope(0.0);  // P' / Q and Q' / Q
    for (std::size_t j = 0; j < p.size(); ++j) {
      slopes[1 + j] = limit(x, weights[j]);
      if (j > 0) numerator_slope = numerator_slope + N(static_cast<double>(j)) * p[j] * weights[j - 1];
    }
    for (std::size_t i = 0; i < q.size(); ++i) {
      const std::size_t k = i + first_power;
      if (k > 0)
        denominator_slope = denominator_slope + N(static_cast<double>(k)) * terms.times_slope(q[i], weights[k - 1]);
      slopes[1 + p.size() + i] = limit(x, -(terms.value * terms.by_coefficient(q[i], weights[k])));
    }
    slopes[0] = limit(x, numerator_slope - terms.value * denominator_slope);
  }

 private:
  // Of x that the first element of q belongs to.
  static constexpr std::size_t first_power = denominator == Denominator::least_magnitude ? 0 : 1;
  static constexpr bool of_magnitudes = denominator == Denominator::sum_of_magnitudes;
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  static constexpr double far = 0x1p100, much = 0x1p50;  // what stands for an infinity, and what tends to it there

  template <Number N>
  static Mask<N> is_infinite(const N& x) {
    return abs(x) > N(std::numeric_limits<double>::max());
  }
  template <Number N>
  static N sign(const N& a) {
    return select(abs(a) > N(0.0), copysign(N(1.0), a), N(0.0));
  }

  // Of a result at `far`.
  template <Number N>
  static N limit(const N& x, const N& result) {
    const N magnitude = abs(result);
    const N tended = select(magnitude > N(much), copysign(N(infinity), result),
                            select(magnitude < N(1 / much), copysign(N(0.0), result), result));
    return select(is_infinite(x), tended, result);
  }

  template <Number N>
  struct Terms {
    N x, t;         // x, and it or its inverse: at most 1
    Mask<N> large;  // where it is the inverse
    std::size_t m, n;
    N inverse;    // of Q / x^n or, but for plain, Q / |x|^n where x is large; of Q elsewhere
    N direction;  // what the derivatives of S are multiplied by in those of Q
    N value;

    Terms(const N& given, Coefficients<N> p, Coefficients<N> q)
        : x(select(is_infinite(given), copysign(N(far), given), given)),
          large(abs(x) > N(1.0)),
          m(p.size() - 1),
          n(q.size() - 1 + first_power) {
      const N one(1.0);
      t = select(large, one / select(large, x, one), x);
      N numerator = select(large, p[0], p[m]);
      for (std::size_t j = 1; j <= m; ++j) numerator = fma(numerator, t, select(large, p[j], p[m - j]));
      const N of_denominator = denominator_of(q);
      inverse = one / of_denominator;
      value = scale() * numerator / of_denominator;
    }

    // q x^(k - 1) / Q as it adds to Q' / Q, but for the factor k, from x^(k - 1) / Q.
    N times_slope(const N& coefficient, const N& weight) const {
      return direction * (of_magnitudes ? abs(coefficient) * abs(weight) : coefficient * weight);
    }
    // The derivative of Q by the coefficient of x^k, over Q, from x^k / Q.
    N by_coefficient(const N& coefficient, const N& weight) const {
      return of_magnitudes ? sign(coefficient) * abs(weight) : direction * weight;
    }

    // x^j / Q(x).
    auto weights() const {
      std::array<N, highest_degree + 1> powers, result;
      powers[0] = N(1.0);
      const std::size_t highest = std::max(m, n);
      for (std::size_t j = 1; j <= highest; ++j) powers[j] = powers[j - 1] * t;
      N growing(1.0);
      const N factor = select(large, turned(inverse), inverse);
      for (std::size_t j = 0; j <= highest; ++j) {
        if (j > n) growing = growing * x;
        result[j] = factor * select(large, j > n ? growing : powers[n - j], powers[j]);
      }
      return result;
    }

   private:
    // The sign of x^n where Q is divided by |x|^n.
    N turned(const N& a) const {
      if (denominator == Denominator::plain || n % 2 == 0) return a;
      return a * copysign(N(1.0), x);
    }

    // x^m / x^n where x is large, and 1 elsewhere.
    N scale() const {
      N product(1.0);
      for (std::size_t j = n; j < m; ++j) product = product * x;
      for (std::size_t j = m; j < n; ++j) product = product * t;
      return select(large, turned(product), N(1.0));
    }

    // Q, divided where x is large by the power that `inverse` names.
    N denominator_of(Coefficients<N> q) {
      constexpr bool constant_in_sum = of_magnitudes || denominator == Denominator::plain;
      const N zero(0.0), one(1.0), step = of_magnitudes ? abs(t) : t;
      const auto coefficient = [&](std::size_t k) {
        if (k < first_power) return constant_in_sum ? one : zero;
        return of_magnitudes ? abs(q[k - first_power]) : q[k - first_power];
      };
      N sum = select(large, coefficient(0), coefficient(n));
      for (std::size_t k = 1; k <= n; ++k) sum = fma(sum, step, select(large, coefficient(k), coefficient(n - k)));
      if constexpr (of_magnitudes) direction = sign(x);
      if constexpr (denominator == Denominator::plain) direction = one;
      if constexpr (constant_in_sum) return sum;
      N power = one;
      for (std::size_t k = 0; k < n; ++k) power = power * abs(t);
      constexpr double least = denominator == Denominator::least_magnitude ? 0.1 : 1.0;
      direction = sign(sum);
      if (n % 2 != 0) direction = select(large, direction * copysign(one, x), direction);
      return fma(select(large, power, one), N(least), abs(sum));
    }
  };
};

}  // namespace torchactiv
