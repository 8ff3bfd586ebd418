#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct GoLu : Activation {
  static constexpr Card card{
      .name = "golu",
      .module = "GoLU",
      .title = "Gompertz linear unit",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\alpha x e^{-\beta e^{-\gamma x}})",
      .derivative = R"(\alpha g (1 + \beta \gamma x e^{-\gamma x}), \; g = e^{-\beta e^{-\gamma x}})",
      .notes = "f(-inf) = -0, the limit, for positive arguments.",
      .source =
          "Das et al. 2025, Gompertz Linear Units: Leveraging Asymmetry for Enhanced Learning Dynamics, "
          "arXiv:2502.03654",
  };
  static constexpr std::array arguments{Argument{"alpha", 1}, Argument{"beta", 1}, Argument{"gamma", 1}};
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N alpha, N beta, N gamma) {
    const N gate = gate_of(beta * outer(x, gamma));
    return alpha * at_least(x, N(-much)) * gate;
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N alpha, N beta, N gamma) {
    const N inner = outer(x, gamma), gate = gate_of(beta * inner);
    return {alpha * gate * fma(beta * gamma * limited(x, -much, much), inner, N(1.0))};
  }

 private:
  static constexpr double much = 1e38;  // stands for infinity: times a factor near 0 it is 0, not infinite

  // An error of it is multiplied by its size.
  template <Number N>
  static N outer(N x, N gamma) {
    return fine_exp(limited(-(gamma * x), -exponent_limit<N>, 80.0));  // beyond, any beta makes the gate 0
  }
  template <Number N>
  static N gate_of(const N& product) {
    return exp(limited(-product, -exponent_limit<N>, exponent_limit<N>));
  }
};

}  // namespace torchactiv
