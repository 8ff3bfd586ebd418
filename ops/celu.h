#pragma once

#include <limits>

#include "ops/card.h"
#include "ops/highest_exponent.h"
#include "ops/inverse_exponential.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Celu : Activation {
  static constexpr Card card{
      .name = "celu",
      .module = "CELU",
      .title = "Continuously differentiable exponential linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(\max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1)))",
      .derivative = R"(1 \text{ if } x > 0 \text{ else } e^{x / \alpha})",
      .notes = "The slope at 0 is 1. For a negative alpha, f is -inf from where e^(x / alpha) nearly overflows.",
      .source = "Barron 2017, Continuously Differentiable Exponential Linear Units, arXiv:1704.07483, equation 2",
  };
  static constexpr std::array arguments{Argument{"alpha", 1}};
  static constexpr Objection objection(double alpha) {
    return alpha == 0 ? Objection{"alpha must not be 0"} : Objection{};
  }

  template <Number N>
  static N forward(N x, N alpha) {
    const Ratio<N> ratio(x, alpha);
    const Wide<N> m = expm1(ratio.value);
    const N left = product(alpha, m + ratio.rest * offset(m, 1.0));
    const N reached = select(ratio.far, alpha * N(std::numeric_limits<double>::infinity()), left);
    return select(abs(ratio.value) <= N(0x1p-54), x, select(x < N(0.0), reached, x));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    const Ratio<N> ratio(x, alpha);
    const N e = exp(ratio.value), beyond = select(ratio.far, N(0x1p100), N(1.0));
    return {select(x > N(0.0), N(1.0), fma(e, ratio.rest, e) * beyond)};
  }

  // With a smaller alpha, what a normalisation gives is often where f is -alpha to the last digit.
  static constexpr bool invertible(double alpha) { return alpha >= 0.5; }
  template <Number N>
  static N inverse(N y, N alpha) {
    return select(y > N(0.0), y, alpha * inverse_expm1(limited(y / alpha, -1.0, 0.0)));
  }

 private:
  // x / alpha, and what rounding took from it; and whether e^(x / alpha) overflows, which it can for a negative alpha.
  template <Number N>
  struct Ratio {
    N value, rest;
    Mask<N> far;

    Ratio(const N& x, const N& alpha) {
      const N quotient = x / alpha;
      far = quotient > N(highest_exponent<N>);
      value = at_least(standing_for(quotient, at_most(quotient, N(highest_exponent<N>))), N(-exponent_limit<N>));
      rest = limited(fma(-value, alpha, x) * limited(N(1.0) / alpha, -0x1p126, 0x1p126), -0x1p-17, 0x1p-17);
    }
  };
};

}  // namespace torchactiv
