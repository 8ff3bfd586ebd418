#pragma once

#include <limits>

#include "ops/card.h"
#include "ops/expm1_curvature.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct SoftExponential : Activation {
  static constexpr Card card{
      .name = "soft_exponential",
      .module = "SoftExponential",
      .title = "Soft exponential",
      .family = Family::other,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula =
          R"(\begin{cases} -\frac{1}{\alpha} \ln(1 - \alpha (x + \alpha)) & \alpha < 0 \\ x & \alpha = 0 \\ \frac{1}{\alpha} (e^{\alpha x} - 1) + \alpha & \alpha > 0 \end{cases})",
      .derivative =
          R"(\frac{1}{1 - \alpha (x + \alpha)} \text{ if } \alpha < 0 \text{ else } e^{\alpha x}; \begin{cases} \frac{1}{\alpha^2} \left(\ln(u) - 1 + \frac{1}{u}\right) + \frac{1}{u}, \; u = 1 - \alpha (x + \alpha) & \alpha < 0 \\ \frac{1}{2} x^2 + 1 & \alpha = 0 \\ \frac{1}{\alpha^2} \left((\alpha x - 1) e^{\alpha x} + 1\right) + 1 & \alpha > 0 \end{cases})",
      .notes =
          "From the logarithm by way of the identity to the exponential. A negative alpha ends the domain where the "
          "logarithm goes to -inf: there and on the left of it f = -inf and the slopes are 0.",
      .source =
          "Godfrey & Gashler 2015, A continuum among logarithmic, linear, and exponential functions, arXiv:1602.01321",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 0}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  // Most often alpha is one number for all x: then the function is one of the three.
  template <Number N>
  static N forward(N x, N alpha) {
    const Mask<N> left = alpha < N(0.0);
    const Mask<N> right = alpha > N(0.0);
    const N inverse = N(1.0) / select(abs(alpha) > N(0.0), alpha, N(1.0)), shifted = x + alpha;
    const N at_zero = x - (N(0.0) - scaled(fma(N(0.5) * x, x, N(1.0)), alpha));  // x, with the derivative by alpha
    N result = select(abs(alpha) <= N(0.0), at_zero, shifted);
    if (any(left)) {
      const Logarithm<N> logarithm(x, alpha);
      result = select(left, -(select(logarithm.outside, N(-infinity), logarithm.value) * inverse), result);
    }
    if (any(right)) {
      const N u = exponent(x, select(right, alpha, N(0.0)));
      const N near = fma(x * u, Expm1Curvature::of(u), shifted), far = fma(fine_exp(u) - N(1.0), inverse, alpha);
      result = select(right, select(abs(u) < N(Expm1Curvature::small), near, far), result);
    }
    return result;
  }

  template <Number N>
  static Partials<N, 2> partials(N x, N alpha) {
    const Mask<N> left = alpha < N(0.0);
    const N inverse = N(1.0) / select(abs(alpha) > N(0.0), alpha, N(1.0)), inverse_square = inverse * inverse;
    N slope = zero_like(alpha), by_alpha = slope;
    if (any(N(0.0) <= alpha)) {
      const N u = exponent(x, select(left, N(0.0), alpha)), e = fine_exp(u);
      slope = e + slope;
      by_alpha = exponential_by_alpha(x, u, e, inverse_square) + by_alpha;
    }
    if (any(left)) {
      const Logarithm<N> logarithm(x, alpha);
      slope = select(left, select(logarithm.outside, N(0.0), logarithm.reciprocal), slope);
      by_alpha = select(left, logarithm.by_alpha(x + alpha, inverse_square), by_alpha);
    }
    return {slope, by_alpha};
  }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  // Where e^u is infinite so are its derivatives.
  template <Number N>
  static N exponent(const N& x, const N& alpha) {
    const N u = scaled(x, alpha);
    return at_least(standing_for(u, at_most(u, N(exponent_limit<N>))), N(-exponent_limit<N>));
  }

  // x^2 (u e^u - (e^u - 1)) / u^2 + 1 with the quotient 1 + c (u - 1) for c = (e^u - 1 - u) / u^2.
  template <Number N>
  static N exponential_by_alpha(const N& x, const N& u, const N& e, const N& inverse_square) {
    const Mask<N> small = abs(u) < N(Expm1Curvature::small);
    const N c = select(small, Expm1Curvature::of(u), (e - N(1.0) - u) / select(small, N(1.0), u * u));
    const N near = x * x * fma(c, u - N(1.0), N(1.0)), far = inverse_square * fma(e, u - N(1.0), N(1.0));
    return select(abs(u) < N(1.0), near, select(u < N(exponent_limit<N>), far, e)) + N(1.0);
  }

  // For a negative alpha, v = -alpha (x + alpha), ln(1 + v) and 1 / (1 + v). For any other, and outside the domain, v
  // is 0 so that derivatives of what is not selected are numbers.
  template <Number N>
  struct Logarithm {
    Mask<N> outside;
    N v, value, reciprocal;

    Logarithm(const N& x, const N& alpha) : Logarithm(select(alpha < N(0.0), -(alpha * (x + alpha)), N(0.0))) {}
    explicit Logarithm(const N& any_v) : outside(any_v <= N(-1.0)), v(select(outside, N(0.0), any_v)) {
      const Mask<N> lower = v < N(-0.5);
      reciprocal = N(1.0) / (N(1.0) + v);
      const N logarithm = log1p(select(lower, -v * reciprocal, v));
      value = select(lower, -logarithm, logarithm);
    }

    // (x + alpha)^2 (ln(1 + v) - v / (1 + v)) / v^2 + 1 / (1 + v).
    N by_alpha(const N& shifted, const N& inverse_square) const {
      const Mask<N> small = abs(v) < N(0x1p-6), medium = abs(v) < N(0.5);
      N sum(7.0 / 8);
      for (const double k : {6.0, 5.0, 4.0, 3.0, 2.0, 1.0}) sum = fma(-sum, v, N(k / (k + 1)));
      const N e = fine_exp(-value), step = select(medium, fma(N(1.0) + v, e, N(-1.0)), N(0.0));  // Newton's
      const N far = inverse_square * (value + step - N(1.0) + reciprocal);
      return select(outside, N(0.0), select(small, shifted * shifted * sum, far) + reciprocal);
    }
  };
};

}  // namespace torchactiv
