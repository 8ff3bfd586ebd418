#pragma once

#include <array>

#include "ops/card.h"
#include "ops/number.h"
#include "ops/split_sigmoid.h"

namespace torchactiv {

struct Silu : Activation {
  static constexpr Card card{
      .name = "silu",
      .module = "SiLU",
      .title = "Sigmoid linear unit",
      .aliases = "swish_1",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \, \sigma(x))",
      .derivative = R"(\sigma(x) (1 + x (1 - \sigma(x))))",
      .notes = "f(-inf) = -0, the limit.",
      .source = "Elfwing, Uchibe & Doya 2018, Sigmoid-Weighted Linear Units, arXiv:1702.03118, equation 4",
  };
  static constexpr bool has_fused_bias = true;
  static constexpr bool has_fused_normalisation = true;

  template <Number N>
  static N forward(N x) {
    if constexpr (requires { logistic_gate(x); }) return logistic_gate(x);
    const N inside = limited(x, -exponent_limit<N>, sigmoid_limit);
    const auto s = split_sigmoid(inside);
    return select(x > N(sigmoid_limit), x, s.restore(product(inside, s.value())));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    if constexpr (requires { logistic_gate_slope(x); }) return {logistic_gate_slope(x)};
    const N inside = limited(x, -exponent_limit<N>, sigmoid_limit);
    const auto s = split_sigmoid(inside);
    return {s.restore(product(offset(inside * s.complement(), 1.0), Wide<N>(s.value())))};
  }

  template <Number N>
  static std::array<N, 2> value_and_slope(N x) {
    if constexpr (requires { logistic_gate_and_slope(x); }) return logistic_gate_and_slope(x);
    const N inside = limited(x, -exponent_limit<N>, sigmoid_limit);
    const auto s = split_sigmoid(inside);
    return {select(x > N(sigmoid_limit), x, s.restore(product(inside, s.value()))),
            s.restore(product(offset(inside * s.complement(), 1.0), Wide<N>(s.value())))};
  }
};

}  // namespace torchactiv
