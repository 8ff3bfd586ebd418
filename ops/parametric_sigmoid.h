#pragma once

#include "ops/card.h"
#include "ops/logistic_of_product.h"
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
  static constexpr double largest_error = 1.3;  // of a result that is barely normal
  static constexpr Precision forward_precision = Precision::floats, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x, N slope, N height) {
    return sigmoid_of_product(x, slope).times(height);
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N slope, N height) {
    const auto s = sigmoid_slopes_of_product(x, slope);
    const N steep = s.slope_times(height);
    return {s.restore_slope(slope * steep), s.restore_slope(x * steep), s.value()};
  }
};

}  // namespace torchactiv
