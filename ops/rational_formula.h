#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

// The versions of Molina, Schramowski & Kersting 2019 and of the authors' code: how the denominator, of a polynomial
// S(x), is kept from zero; in sum_of_magnitudes S has a magnitude for each term.
enum class Denominator {
  sum_of_magnitudes,  // A: 1 + |q_1 x| + |q_2 x^2| + ..
  magnitude_of_sum,   // B: 1 + |q_1 x + q_2 x^2 + ..|
  least_magnitude,    // C: 0.1 + |q_0 + q_1 x + ..|
  plain,              // N: 1 + q_1 x + q_2 x^2 + ..
};

// P(x) / Q(x) of coefficients in ascending order. Where numbers have no range to spare, both are polynomials of 1 / x
// beyond 1, so that nothing inside overflows before the result does. At an infinity it is the limit.
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

  // What follows from the coefficients alone, by the power of x that each belongs to: those of P and S, of which the
  // first may be Q's, those of P' and S', and the signs of those whose magnitudes S has.
  template <Number N>
  struct Prepared {
    using Each = std::array<N, highest_degree + 1>;
    std::size_t m, n;  // the degrees
    Each p, q, slopes_of_p, slopes_of_q, signs;

    Prepared(Coefficients<N> of_p, Coefficients<N> of_q) : m(of_p.size() - 1), n(of_q.size() - 1 + first_power) {
      for (std::size_t j = 0; j <= m; ++j) {
        p[j] = of_p[j];
        slopes_of_p[j] = N(static_cast<double>(j)) * p[j];
      }
      if constexpr (first_power == 1) q[0] = N(constant_in_sum ? 1.0 : 0.0);
      for (std::size_t k = first_power; k <= n; ++k) {
        const N& own = of_q[k - first_power];
        q[k] = of_magnitudes ? abs(own) : own;
        slopes_of_q[k] = N(static_cast<double>(k)) * q[k];
        if constexpr (of_magnitudes) signs[k] = sign(own);
      }
    }
  };

  template <Number N>
  static N forward(N x, Coefficients<N> p, Coefficients<N> q) {
    return forward(x, Prepared<N>(p, q));
  }
  template <Number N>
  static N forward(N x, const Prepared<N>& of) {
    const Terms<N> terms(x, of);
    return terms.limit(terms.value);
  }

  template <Number N>
  static void partials(N* slopes, N x, Coefficients<N> p, Coefficients<N> q) {
    derivatives(slopes, x, Prepared<N>(p, q), [](const N& a) { return a; });
  }
  template <Number N>
  static void scaled_partials(N* slopes, N scale, N x, Coefficients<N> p, Coefficients<N> q) {
    scaled_partials(slopes, scale, x, Prepared<N>(p, q));
  }
  template <Number N>
  static void scaled_partials(N* slopes, N scale, N x, const Prepared<N>& of) {
    derivatives(slopes, x, of, [&](const N& a) { return a * scale; });
  }

 private:
  // Of x that the first element of q belongs to.
  static constexpr std::size_t first_power = denominator == Denominator::least_magnitude ? 0 : 1;
  static constexpr bool of_magnitudes = denominator == Denominator::sum_of_magnitudes;
  static constexpr bool constant_in_sum = of_magnitudes || denominator == Denominator::plain;
  static constexpr double far = 0x1p100, much = 0x1p50;  // what stands for an infinity, and what tends to it there
  // The same where numbers have range to spare, up to this degree: what tends to an infinity or to 0 becomes it when it
  // is rounded to a float.
  static constexpr double spared_far = 0x1p170;
  static constexpr std::size_t spared_degree = 5;

  template <Number N>
  static Mask<N> is_infinite(const N& x) {
    return abs(x) > N(std::numeric_limits<double>::max());
  }
  template <Number N>
  static N sign(const N& a) {
    return select(abs(a) > N(0.0), copysign(N(1.0), a), N(0.0));
  }

  // Where nothing can overflow, 1 / Q is scaled, and with it every derivative. In S, odd powers of magnitudes have the
  // sign of x.
  template <Number N, class Scaled>
  static void derivatives(N* slopes, const N& x, const Prepared<N>& of, Scaled scaled) {
    const Terms<N> terms(x, of);
    const auto weights = terms.weights(terms.spared ? scaled(terms.inverse) : terms.inverse);
    const auto finished = [&](const N& slope) { return terms.spared ? slope : scaled(terms.limit(slope)); };
    const N turned_value = terms.value * terms.direction;
    for (std::size_t j = 0; j <= of.m; ++j) slopes[1 + j] = finished(weights[j]);
    for (std::size_t k = first_power; k <= of.n; ++k) {
      const N slope = (of_magnitudes && k % 2 == 0 ? terms.value : turned_value) * weights[k];
      slopes[2 + of.m + k - first_power] = finished(-(of_magnitudes ? slope * of.signs[k] : slope));
    }
    if (terms.spared) {  // by Horner, which need not wait for the division
      const N of_p = slope_of_polynomial(of.slopes_of_p, of.m, terms.x);
      const N of_s = slope_of_polynomial(of.slopes_of_q, of.n, of_magnitudes ? abs(terms.x) : terms.x);
      slopes[0] = (of_p - turned_value * of_s) * weights[0];
      return;
    }
    N numerator_slope(0.0), even(0.0), odd(0.0);  // P' / Q, and Q' / Q but for the direction
    for (std::size_t j = 1; j <= of.m; ++j) numerator_slope = fma(of.slopes_of_p[j], weights[j - 1], numerator_slope);
    for (std::size_t k = 1; k <= of.n; ++k) {
      N& sum = of_magnitudes && k % 2 == 0 ? even : odd;
      sum = fma(of.slopes_of_q[k], weights[k - 1], sum);
    }
    slopes[0] = finished(numerator_slope - terms.value * fma(odd, terms.direction, even));
  }

  template <Number N>
  static N slope_of_polynomial(const typename Prepared<N>::Each& slopes, std::size_t degree, const N& x) {
    N slope = degree == 0 ? N(0.0) : slopes[degree];
    for (std::size_t j = degree; j > 1; --j) slope = fma(slope, x, slopes[j - 1]);
    return slope;
  }

  template <Number N>
  struct Terms {
    std::size_t m, n;
    bool spared;  // whether nothing can overflow, and x is never inverted
    Mask<N> at_infinity;
    N x, t;         // x, and it or its inverse, which is at most 1
    Mask<N> large;  // where it is the inverse
    N inverse;      // of Q / x^n or, but for plain, Q / |x|^n where x is large; of Q elsewhere
    N direction;    // what the derivatives of S are multiplied by in those of Q
    N value;

    Terms(const N& given, const Prepared<N>& of)
        : m(of.m),
          n(of.n),
          spared(NumberTraits<N>::has_spare_digits && m <= spared_degree && n <= spared_degree),
          at_infinity(is_infinite(given)),
          x(select(at_infinity, standing_for(given, copysign(N(spared ? spared_far : far), given)), given)),
          large(abs(x) > N(1.0)) {
      const N one(1.0);
      t = spared ? x : select(large, one / select(large, x, one), x);
      N numerator = by_size(of.p[0], of.p[m]);
      for (std::size_t j = 1; j <= m; ++j) numerator = fma(numerator, t, by_size(of.p[j], of.p[m - j]));
      const N of_denominator = denominator_of(of.q);
      inverse = one / of_denominator;
      value = spared ? numerator * inverse : scale() * numerator / of_denominator;
    }

    // Of a result at x, which stands for an infinity.
    N limit(const N& result) const {
      if (spared) return result;
      return select(at_infinity, tended(result, much), result);
    }

    // x^j / Q(x) from 1 / Q(x) or, where x is large and may be inverted, from what `inverse` is.
    auto weights(const N& first) const {
      std::array<N, highest_degree + 1> powers, result;
      powers[0] = N(1.0);
      const std::size_t highest = std::max(m, n);
      if (spared) {
        result[0] = first;
        for (std::size_t j = 1; j <= highest; ++j) result[j] = result[j - 1] * x;
        return result;
      }
      for (std::size_t j = 1; j <= highest; ++j) powers[j] = powers[j - 1] * t;
      N growing(1.0);
      const N factor = by_size(turned(first), first);
      for (std::size_t j = 0; j <= highest; ++j) {
        if (j > n) growing = growing * x;
        result[j] = factor * by_size(j > n ? growing : powers[n - j], powers[j]);
      }
      return result;
    }

   private:
    N by_size(const N& of_large, const N& of_small) const {
      return spared ? of_small : select(large, of_large, of_small);
    }

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
    N denominator_of(const typename Prepared<N>::Each& q) {
      const N one(1.0), step = of_magnitudes ? abs(t) : t;
      N sum = by_size(q[0], q[n]);
      for (std::size_t k = 1; k <= n; ++k) sum = fma(sum, step, by_size(q[k], q[n - k]));
      if constexpr (of_magnitudes) direction = sign(x);
      if constexpr (denominator == Denominator::plain) direction = one;
      if constexpr (constant_in_sum) return sum;
      N power = one;
      for (std::size_t k = 0; k < n; ++k) power = power * abs(t);
      constexpr double least = denominator == Denominator::least_magnitude ? 0.1 : 1.0;
      direction = sign(sum);
      if (n % 2 != 0) direction = by_size(direction * copysign(one, x), direction);
      return fma(by_size(power, one), N(least), abs(sum));
    }
  };
};

}  // namespace torchactiv
