#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/split_sigmoid.h"

namespace torchactiv {

struct ESwish : Activation {
  static constexpr Card card{
      .name = "e_swish",
      .module = "ESwish",
      .title = "E-swish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\beta x \, \sigma(x))",
      .derivative = R"(\beta \sigma(x) (1 + x (1 - \sigma(x))))",
      .notes = "f(-inf) = -0, the limit.",
      .source = "Alcaide 2018, E-swish: Adjusting Activations to Different Network Depths, arXiv:1801.07145",
  };
  static constexpr std::array arguments{Argument{"beta", 1.375}};
  static constexpr Precision partials_precision = Precision::floats_for_all;

  template <Number N>
  static N forward(N x, N beta) {
    const N inside = limited(x, -exponent_limit<N>, sigmoid_limit);
    const auto s = split_sigmoid(Wide<N>(widen(inside)));  // more digits than of inside, for the factor's error
    const N scaled = beta * x, result = s.restore(product(inside, beta * Wide<N>(s.value())));
    return select(x > N(sigmoid_limit), scaled, copysign(result, scaled));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N beta) {
    const N inside = limited(x, -exponent_limit<N>, sigmoid_limit);
    const auto s = split_sigmoid(inside);
    const Factors<N> factors(beta);
    const auto slope = offset(inside * s.complement(), 1.0);
    return {factors.outer * s.restore(product(factors.inner * slope, Wide<N>(s.value())))};
  }

 private:
  // Of beta: one that a multiple of the sigmoid leaves room for, and a power of two.
  template <Number N>
  struct Factors {
    N inner, outer;
    explicit Factors(const N& beta) {
      const auto power = [&](double of_large, double of_larger) {
        return select(abs(beta) > N(0x1p40), select(abs(beta) > N(0x1p84), N(of_larger), N(of_large)), N(1.0));
      };
      inner = beta * power(0x1p-44, 0x1p-88);
      outer = power(0x1p44, 0x1p88);
    }
  };
};

}  // namespace torchactiv
