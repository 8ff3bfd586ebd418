#pragma once

#include "ops/card.h"
#include "ops/hyperbolic_tangent.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct DynamicTanh : Activation {
  static constexpr Card card{
      .name = "dynamic_tanh",
      .module = "DynamicTanh",
      .title = "Dynamic tanh",
      .aliases = "dyt",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\text{weight} \cdot \tanh(\alpha x) + \text{bias})",
      .derivative =
          R"(\text{weight} \cdot \alpha (1 - t^2), \; t = \tanh(\alpha x); \text{weight} \cdot x (1 - t^2); t; 1)",
      .notes = "In place of a normalisation layer; in the paper alpha is one number, weight and bias are per channel.",
      .source = "Zhu, Chen, He, LeCun & Liu 2025, Transformers without Normalization, arXiv:2503.10622",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 0.5, {}, true},
                                     Input{"weight", Role::parameter, 1}, Input{"bias", Role::parameter, 0}};
  static constexpr bool in_place = false;
  static constexpr int dim = -1;
  static constexpr Precision forward_precision = Precision::doubles_for_all, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x, N alpha, N weight, N bias) {
    return fma(weight, fine_tanh(scaled(x, alpha)), bias);
  }

  template <Number N>
  static Partials<N, 4> partials(N x, N alpha, N weight, N) {
    const HyperbolicTangent<N> t(scaled(x, alpha));
    const N steep = weight * t.slope;
    return {alpha * steep, tame(x, t.slope) * steep, t.value, one_like(x)};
  }
};

}  // namespace torchactiv
