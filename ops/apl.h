#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/same_counts.h"
#include "ops/tame.h"

namespace torchactiv {

struct Apl : Activation {
  static constexpr Card card{
      .name = "apl",
      .module = "APL",
      .title = "Adaptive piecewise linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula = R"(\max(0, x) + \sum_s a_s \max(0, b_s - x))",
      .derivative = R"([x > 0] - \sum_s a_s [x < b_s]; \max(0, b_s - x); a_s [x < b_s])",
      .notes = "The slope at a hinge is that to its right, and 0 at 0. It starts as relu, with hinges at -1, 0 and 1.",
      .source =
          "Agostinelli, Hoffman, Sadowski & Baldi 2014, Learning Activation Functions to Improve Deep Neural Networks, "
          "arXiv:1412.6830, equation 1",
  };
  static constexpr std::array a_initials{0.0, 0.0, 0.0}, b_initials{-1.0, 0.0, 1.0};
  static constexpr std::array inputs{Input{}, Input{"a", Role::coefficients, 0, a_initials},
                                     Input{"b", Role::coefficients, 0, b_initials}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr Objection objection_to_counts(std::span<const int> counts) {
    return same_counts(counts, "a and b must have as many pieces as each other, and one at least");
  }

  template <Number N>
  static N forward(N x, Coefficients<N> a, Coefficients<N> b) {
    const N zero(0.0);
    // The line that the function is where x is: at an infinity it gives the limit, which the sum below cannot. Near a
    // hinge it has half of the digits that the numbers have, which only those with digits to spare can do without.
    N slope = select(x > zero, N(1.0), zero), intercept = zero;
    for (std::size_t s = 0; s < a.size(); ++s) {
      const Mask<N> right = b[s] <= x;
      slope = slope - select(right, zero, a[s]);
      intercept = intercept + select(right, zero, a[s] * b[s]);
    }
    const N line = fma(tame(x, slope), slope, intercept);
    if constexpr (NumberTraits<N>::has_spare_digits) return line;
    N sum = at_least(x, zero);
    for (std::size_t s = 0; s < a.size(); ++s) sum = sum + select(b[s] <= x, zero, a[s] * (b[s] - x));
    return select(abs(x) <= N(largest), sum, line);
  }

  template <Number N>
  static void partials(N* slopes, N x, Coefficients<N> a, Coefficients<N> b) {
    const N zero = zero_like(x);
    N* const to_a = slopes + 1;
    N* const to_b = to_a + a.size();
    slopes[0] = select(x > N(0.0), one_like(x), zero);
    for (std::size_t s = 0; s < a.size(); ++s) {
      const Mask<N> left = x < b[s];
      to_a[s] = select(left, b[s] - x, zero);
      to_b[s] = select(left, a[s], zero);
      slopes[0] = slopes[0] - to_b[s];
    }
  }

 private:
  static constexpr double largest = std::numeric_limits<double>::max();
};

}  // namespace torchactiv
