#pragma once

#include "ops/card.h"
#include "ops/inverse_exponential.h"
#include "ops/number.h"

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
      .notes = "The slope at 0 is 1.",
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
    return select(abs(ratio.value) > N(0x1p-54), select(x < N(0.0), left, x), x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    const Ratio<N> ratio(x, alpha);
    const N e = exp(ratio.value);
    return {select(x > N(0.0), N(1.0), fma(e, ratio.rest, e))};
  }

  static constexpr bool invertible(double alpha) { return alpha > 0; }
  template <Number N>
  static N inverse(N y, N alpha) {
    return select(y > N(0.0), y, alpha * inverse_expm1(limited(y / alpha, -1.0, 0.0)));
  }

 private:
  // x / alpha, and what rounding took from it.
  template <Number N>
  struct Ratio {
    N value, rest;

    Ratio(const N& x, const N& alpha) {
      value = limited(x / alpha, -exponent_limit<N>, 60.0);
      rest = limited(fma(-value, alpha, x) * limited(N(1.0) / alpha, -0x1p126, 0x1p126), -0x1p-20, 0x1p-20);
    }
  };
};

}  // namespace torchactiv
