#pragma once

#include "ops/card.h"
#include "ops/logistic_tails.h"
#include "ops/number.h"

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
  static constexpr double largest_error = 1.2;  // of a result that is barely normal
  static constexpr Precision forward_precision = Precision::floats, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x, N slope, N height) {
    const ScaledLogistic<N> s(x, slope);
    return s.restore(product(height, s.value()));
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N slope, N height) {
    const ScaledLogistic<N> s(x, slope);
    const Wide<N> steep = height * Wide<N>(s.value() * s.complement());
    return {s.restore_smaller(product(slope, steep)), s.restore_smaller(product(x, steep)),
            s.restore(narrow(s.value()))};
  }
};

}  // namespace torchactiv
