#pragma once

#include "ops/card.h"
#include "ops/highest_exponent.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct MPelu : Activation {
  static constexpr Card card{
      .name = "mpelu",
      .module = "MPELU",
      .title = "Multiple parametric exponential linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(x \text{ if } x \ge 0 \text{ else } \alpha (e^{\beta x} - 1))",
      .derivative =
          R"(1 \text{ if } x \ge 0 \text{ else } \alpha \beta e^{\beta x}; 0 \text{ if } x \ge 0 \text{ else } e^{\beta x} - 1; 0 \text{ if } x \ge 0 \text{ else } \alpha x e^{\beta x})",
      .notes = "The slope at 0 is 1.",
      .source =
          "Li, Fan, Li, Wu & Ming 2016, Improving Deep Neural Network with Multiple Parametric Exponential Linear "
          "Units, arXiv:1606.00305",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 1}, Input{"beta", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x, N alpha, N beta) {
    const N inside = exponent(x, beta);
    return select(N(0.0) <= x, x, alpha * copysign(narrow(expm1(inside)), inside));
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N alpha, N beta) {
    const Mask<N> right = N(0.0) <= x;
    const N inside = exponent(x, beta), e = exp(inside), steep = alpha * e;
    return {select(right, N(1.0), beta * steep), narrow(expm1(inside)),
            select(right, N(0.0), scaled(tame(x, e), steep))};
  }

 private:
  // beta x on the left, 0 on the right.
  template <Number N>
  static N exponent(const N& x, const N& beta) {
    return select(N(0.0) <= x, N(0.0), limited(scaled(x, beta), -exponent_limit<N>, highest_exponent<N>));
  }
};

}  // namespace torchactiv
