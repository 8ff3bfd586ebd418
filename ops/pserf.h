#pragma once

#include "ops/card.h"
#include "ops/erf_slope.h"
#include "ops/log1p_exp.h"
#include "ops/logistic.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Pserf : Activation {
  static constexpr Card card{
      .name = "pserf",
      .module = "Pserf",
      .title = "Parametric serf",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \operatorname{erf}(\gamma \ln(1 + e^{\delta x})))",
      .derivative =
          R"(\operatorname{erf}(z) + \gamma \delta x g \sigma(\delta x), \; z = \gamma \ln(1 + e^{\delta x}), \; g = \frac{2}{\sqrt \pi} e^{-z^2}; x g \ln(1 + e^{\delta x}); \gamma x^2 g \sigma(\delta x))",
      .notes = "f(-inf) = -0, the limit, for a positive gamma and delta; with both 1 it is serf.",
      .source =
          "Biswas, Kumar, Banerjee & Pandey 2021, ErfAct and Pserf: Non-monotonic Smooth Trainable Activation "
          "Functions, arXiv:2109.04386",
  };
  static constexpr std::array inputs{Input{}, Input{"gamma", Role::parameter, 1.25},
                                     Input{"delta", Role::parameter, 0.85}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N gamma, N delta) {
    return scaled(x, erf(scaled(log1p_exp(scaled(x, delta)), gamma)));
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N gamma, N delta) {
    const N inner = scaled(x, delta), plus = log1p_exp(inner), z = scaled(plus, gamma), slope = erf_slope(z);
    const N steep = gamma * slope * Logistic<N>(inner).value, by_gamma = tame(plus, slope) * slope;
    const N inside = tame(x, steep);
    return {fma(delta * inside, steep, erf(z)), scaled(x, by_gamma), inside * (inside * steep)};
  }
};

}  // namespace torchactiv
