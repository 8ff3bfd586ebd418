#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct ParametricSigmoid : Activation {
  static constexpr Card card{
      .name = "parametric_sigmoid",
      .module = "ParametricSigmoid",
      .title = "Logistic sigmoid of learned slope and height",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true},
      .formula = R"(\text{height} \cdot \sigma(\text{slope} \cdot x))",
      .derivative =
          R"(\text{height} \cdot \text{slope} \cdot s (1 - s), \; s = \sigma(\text{slope} \cdot x); \text{height} \cdot x \cdot s (1 - s); s)",
      .notes = "With slope = 0 it is the constant height / 2.",
      .source = "Chen & Chang 1996, A Feedforward Neural Network with Function Shape Autotuning, Neural Networks 9(4)",
  };
  static constexpr std::array inputs{Input{}, Input{"slope", Role::parameter, 1}, Input{"height", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N slope, N height) {
    return height * Logistic<N>(scaled(x, slope)).value;
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N slope, N height) {
    const Logistic<N> s(scaled(x, slope));
    const N steep = s.value * s.complement, high = height * steep;
    return {slope * high, tame(x, steep) * high, s.value};
  }
};

}  // namespace torchactiv
