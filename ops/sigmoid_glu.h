#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct SigmoidGlu : Activation {
  static constexpr Card card{
      .name = "sigmoid_glu",
      .module = "SigmoidGLUGate",
      .title = "Gated linear unit",
      .family = Family::gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\sigma(\text{gate}) \cdot \text{up})",
      .derivative = R"(\sigma(g) (1 - \sigma(g)) \cdot \text{up}; \sigma(g))",
      .notes =
          "glu is this of the two halves of one tensor, the second of which is the gate. Both halves of the derivative "
          "are computed in one pass.",
      .source =
          "Dauphin, Fan, Auli & Grangier 2016, Language Modeling with Gated Convolutional Networks, arXiv:1612.08083, "
          "equation 1",
  };
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}};
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr bool in_place = false;

  template <Number N>
  static N forward(N gate, N up) {
    return Logistic<N>(gate).value * up;
  }

  template <Number N>
  static Partials<N, 2> partials(N gate, N up) {
    const Logistic<N> s(gate);
    return {s.value * s.complement * up, s.value};
  }
};

}  // namespace torchactiv
