#pragma once

#include "ops/card.h"
#include "ops/highest_exponent.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Pelu : Activation {
  static constexpr Card card{
      .name = "pelu",
      .module = "PELU",
      .title = "Parametric exponential linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(\frac{a}{b} x \text{ if } x \ge 0 \text{ else } a (e^{x / b} - 1))",
      .derivative =
          R"(\frac{a}{b} e^m, \; m = \min\left(0, \frac{x}{b}\right); \frac{x}{b} \text{ if } x \ge 0 \text{ else } e^{x / b} - 1; -\frac{a}{b} \frac{x}{b} e^m)",
      .notes =
          "a and b are positive in the paper, which clips them after each step; here they may be anything but b = 0.",
      .source = "Trottier, Giguere & Chaib-draa 2016, Parametric Exponential Linear Unit, arXiv:1605.09332, equation 3",
  };
  static constexpr std::array inputs{Input{}, Input{"a", Role::parameter, 1}, Input{"b", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x, N a, N b) {
    const N ratio = x / b;
    return scaled(select(x < N(0.0), narrow(expm1(exponent(x, ratio))), ratio), a);
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N a, N b) {
    const N ratio = unbounded_ratio(x, b), inside = exponent(x, ratio), slope = a / b * exp(inside);
    return {slope, select(x < N(0.0), narrow(expm1(inside)), ratio), -scaled(tame(ratio, exp(inside)), slope)};
  }

 private:
  // x / b on the left, 0 on the right.
  template <Number N>
  static N exponent(const N& x, const N& ratio) {
    return select(N(0.0) <= x, N(0.0), limited(ratio, -exponent_limit<N>, highest_exponent<N>));
  }
};

}  // namespace torchactiv
