#pragma once

#include "ops/card.h"
#include "ops/hyperbolic_tangent.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct ParametricTanh : Activation {
  static constexpr Card card{
      .name = "parametric_tanh",
      .module = "ParametricTanh",
      .title = "Hyperbolic tangent of learned slope and height",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\text{height} \cdot \tanh(\text{slope} \cdot x))",
      .derivative =
          R"(\text{height} \cdot \text{slope} \cdot (1 - t^2), \; t = \tanh(\text{slope} \cdot x); \text{height} \cdot x \cdot (1 - t^2); t)",
      .notes = "With slope = 0 it is 0.",
      .source = "Chen & Chang 1996, A Feedforward Neural Network with Function Shape Autotuning, Neural Networks 9(4)",
  };
  static constexpr std::array inputs{Input{}, Input{"slope", Role::parameter, 1}, Input{"height", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x, N slope, N height) {
    const N z = scaled(x, slope);
    return height * copysign(HyperbolicTangent<N>(z).value, z);
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N slope, N height) {
    const HyperbolicTangent<N> t(scaled(x, slope));
    const N high = height * t.slope;
    return {slope * high, tame(x, t.slope) * high, t.value};
  }
};

}  // namespace torchactiv
