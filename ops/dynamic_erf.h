#pragma once

#include "ops/card.h"
#include "ops/erf_slope.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct DynamicErf : Activation {
  static constexpr Card card{
      .name = "dynamic_erf",
      .module = "DynamicErf",
      .title = "Dynamic error function",
      .aliases = "derf",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\text{weight} \cdot \operatorname{erf}(\alpha x + \text{shift}) + \text{bias})",
      .derivative =
          R"(\text{weight} \cdot \alpha g, \; g = \frac{2}{\sqrt \pi} e^{-(\alpha x + \text{shift})^2}; \text{weight} \cdot x g; \text{weight} \cdot g; \operatorname{erf}(\alpha x + \text{shift}); 1)",
      .notes = "In place of a normalisation layer: alpha and shift are one number each, weight and bias per channel.",
      .source =
          "Chen, Lu, Zhu, Sun & Liu 2025, Stronger Normalization-Free Transformers, arXiv:2512.10938, equation 10",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 0.5, {}, true},
                                     Input{"shift", Role::parameter, 0, {}, true}, Input{"weight", Role::parameter, 1},
                                     Input{"bias", Role::parameter, 0}};
  static constexpr bool in_place = false;
  static constexpr int dim = -1;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N alpha, N shift, N weight, N bias) {
    return fma(weight, fine_erf(scaled(x, alpha) + shift), bias);
  }

  template <Number N>
  static Partials<N, 5> partials(N x, N alpha, N shift, N weight, N) {
    const N z = scaled(x, alpha) + shift, slope = erf_slope(z), steep = weight * slope;
    return {alpha * steep, tame(x, slope) * steep, steep, erf(z), one_like(x)};
  }
};

}  // namespace torchactiv
