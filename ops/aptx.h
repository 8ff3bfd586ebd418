#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Aptx : Activation {
  static constexpr Card card{
      .name = "aptx",
      .module = "APTx",
      .title = "Alpha plus tanh times",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"((\alpha + \tanh(\beta x)) \gamma x)",
      .derivative =
          R"(\gamma (\alpha + t + \beta x (1 - t^2)), \; t = \tanh(\beta x); \gamma x; \gamma x^2 (1 - t^2); (\alpha + t) x)",
      .notes = "With the initial parameters it is x sigmoid(2 x), and f(-inf) = -0, the limit.",
      .source = "Kumar 2022, APTx: better activation function than MISH, SWISH, and ReLU's variants, arXiv:2209.06119",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 1}, Input{"beta", Role::parameter, 1},
                                     Input{"gamma", Role::parameter, 0.5}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N alpha, N beta, N gamma) {
    return scaled(x, gamma * Gate<N>(alpha, scaled(x, beta)).value);
  }

  template <Number N>
  static Partials<N, 4> partials(N x, N alpha, N beta, N gamma) {
    const N z = limited(scaled(x, beta), -exponent_limit<N>, exponent_limit<N>);
    const Gate<N> gate(alpha, z);
    const N inside = tame(x, gate.slope);
    return {gamma * fma(z, gate.slope, gate.value), scaled(x, gamma), gamma * inside * (inside * gate.slope),
            scaled(x, gate.value)};
  }

 private:
  static constexpr double lowest = -700;  // e^-700 is nothing beside 1, and no denormal yet

  // alpha + tanh(z) and its derivative: where the two cancel, as they do on the left of alpha = 1, by the distance of
  // tanh(z) from -1 or 1.
  template <Number N>
  struct Gate {
    N value, slope;

    Gate(const N& alpha, const N& z) {
      const Mask<N> left = z < N(0.0);
      const N negative = at_least(N(2.0) * select(left, z, -z), N(lowest)), side = select(left, N(-1.0), N(1.0));
      const FineExpm1<N> m = fine_expm1(negative);
      const N inverse = N(1.0) / (m.e + N(1.0)), distance = N(2.0) * m.e * inverse, t = m.value * inverse;
      const Mask<N> far = negative < N(-0.5);
      value = fma(-side, select(far, distance, t), alpha + select(far, side, N(0.0)));
      slope = N(2.0) * distance * inverse;
    }
  };
};

}  // namespace torchactiv
