#pragma once

#include "ops/card.h"
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
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr Objection objection(double alpha) {
    return alpha == 0 ? Objection{"alpha must not be 0"} : Objection{};
  }

  template <Number N>
  static N forward(N x, N alpha) {
    const N left = alpha * narrow(expm1(limited(x / alpha, -exponent_limit<N>, 60.0)));
    return select(x > N(0.0), x, select(x < N(0.0), left, x));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha) {
    return {select(x > N(0.0), N(1.0), exp(limited(x / alpha, -exponent_limit<N>, 60.0)))};
  }
};

}  // namespace torchactiv
