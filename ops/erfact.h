#pragma once

#include "ops/card.h"
#include "ops/erf_slope.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct ErfAct : Activation {
  static constexpr Card card{
      .name = "erfact",
      .module = "ErfAct",
      .title = "Error function of an exponential",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \operatorname{erf}(\alpha e^{\beta x}))",
      .derivative =
          R"(\operatorname{erf}(z) + \beta x z g, \; z = \alpha e^{\beta x}, \; g = \frac{2}{\sqrt \pi} e^{-z^2}; x e^{\beta x} g; x^2 z g)",
      .notes = "f(-inf) = -0, the limit, for a positive alpha and beta.",
      .source =
          "Biswas, Kumar, Banerjee & Pandey 2021, ErfAct and Pserf: Non-monotonic Smooth Trainable Activation "
          "Functions, arXiv:2109.04386",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 0.75},
                                     Input{"beta", Role::parameter, 0.75}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N alpha, N beta) {
    return scaled(x, erf(alpha * exp(exponent(x, beta))));
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N alpha, N beta) {
    const N inner = exponent(x, beta), e = exp(inner), z = alpha * e, slope = erf_slope(z);
    const N by_z = tame(e, slope) * slope, steep = alpha * by_z, inside = tame(x, steep);
    return {fma(inner, steep, erf(z)), scaled(x, by_z), inside * (inside * steep)};
  }

 private:
  template <Number N>
  static N exponent(const N& x, const N& beta) {
    return limited(scaled(x, beta), -exponent_limit<N>, 700.0);
  }
};

}  // namespace torchactiv
