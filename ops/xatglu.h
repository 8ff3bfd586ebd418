#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct XAtGlu : Activation {
  static constexpr Card card{
      .name = "xatglu",
      .module = "XATGLUGate",
      .title = "Gated by an arctangent of learned range",
      .aliases = "expanded_arctan_glu",
      .family = Family::gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula =
          R"(\left((1 + 2 \alpha) \left(\tfrac{1}{2} + \tfrac{1}{\pi} \arctan(\text{gate})\right) - \alpha\right) \cdot \text{up})",
      .derivative =
          R"(\frac{1 + 2 \alpha}{\pi (1 + \text{gate}^2)} \cdot \text{up}; \tfrac{1}{2} + \frac{1 + 2 \alpha}{\pi} \arctan(\text{gate}); \tfrac{2}{\pi} \arctan(\text{gate}) \cdot \text{up})",
      .notes = "The gate ranges from -alpha to 1 + alpha; alpha starts from 0.",
      .source = "Huang 2024, Expanded Gating Ranges Improve Activation Functions, arXiv:2405.20768",
  };
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}, Input{"alpha", Role::parameter, 0}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N gate, N up, N alpha) {
    return scaled(up, opening(alpha, Angle<N>(gate)));
  }

  template <Number N>
  static Partials<N, 3> partials(N gate, N up, N alpha) {
    const Angle<N> angle(gate);
    const N g = limited(gate, -much, much), range = fma(N(2.0), alpha, N(1.0));
    const N slope = range * N(inverse_pi) / fma(g, g, N(1.0));
    return {scaled(up, slope), opening(alpha, angle), scaled(up, N(2.0) * angle.from_middle)};
  }

 private:
  static constexpr double inverse_pi = 0.31830988618379067154;
  static constexpr double much = 1e200;  // beyond, the slope is 0, and so is its derivative: no NaN at infinity

  // 1/2 + arctan(gate) / pi, which keeps its digits in the left tail, and arctan(gate) / pi.
  template <Number N>
  struct Angle {
    N from_left, from_middle;

    explicit Angle(const N& gate) {
      const Mask<N> tail = gate < N(-1.0);
      const N turn = N(inverse_pi) * fine_atan(select(tail, N(1.0) / at_most(gate, N(-1.0)), gate));
      from_left = select(tail, -turn, N(0.5) + turn);
      from_middle = select(tail, N(-0.5) - turn, turn);
    }
  };

  // The same as in the formula, without the cancellation of (1 + 2 alpha) / 2 and alpha.
  template <Number N>
  static N opening(const N& alpha, const Angle<N>& angle) {
    return fma(N(2.0) * alpha, angle.from_middle, angle.from_left);
  }
};

}  // namespace torchactiv
