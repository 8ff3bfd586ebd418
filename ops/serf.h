#pragma once

#include "ops/card.h"
#include "ops/erf_slope.h"
#include "ops/log1p_exp.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct Serf : Activation {
  static constexpr Card card{
      .name = "serf",
      .module = "Serf",
      .title = "Log-softplus error activation",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \operatorname{erf}(\ln(1 + e^x)))",
      .derivative = R"(\operatorname{erf}(s) + \frac{2}{\sqrt \pi} x e^{-s^2} \sigma(x), \; s = \ln(1 + e^x))",
      .notes = "f(-inf) = -0, the limit.",
      .source =
          "Nag, Bhattacharyya, Mukherjee & Kundu 2021, SERF: Towards better training of deep neural networks using "
          "log-Softplus ERror activation Function, arXiv:2108.09598",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x) {
    return at_least(x, N(-exponent_limit<N>)) * erf(log1p_exp(x));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -exponent_limit<N>, 26.0), s = log1p_exp(inside);
    const N bell = N(two_over_sqrt_pi) * exp(-(s * s));
    return {fma(inside * bell, Logistic<N>(inside).value, erf(s))};
  }
};

}  // namespace torchactiv
