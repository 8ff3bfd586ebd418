#pragma once

#include "ops/rational_formula.h"
#include "ops/rational_initials.h"

namespace torchactiv {

struct RationalB : RationalFormula<Denominator::magnitude_of_sum> {
  static constexpr Card card{
      .name = "rational_b",
      .module = "RationalB",
      .title = "Rational function, version B",
      .family = Family::other,
      .properties = {.both_signs = true},
      .formula =
          R"(P(x) / Q(x), \; P(x) = \sum_{j \geq 0} \text{numerator}_j x^j, \; Q(x) = 1 + \left|\sum_{k \geq 1} \text{denominator}_k x^k\right|)",
      .derivative =
          R"((P'(x) - f(x) Q'(x)) / Q(x); x^j / Q(x); -f(x) / Q(x) \cdot \partial Q / \partial \text{denominator}_k)",
      .notes =
          "Q is at least 1, and has a kink where the sum is 0. It starts near leaky_relu; Rational starts near other "
          "functions.",
      .source =
          "Molina, Schramowski & Kersting 2019, Pade Activation Units, arXiv:1907.06732, and the authors' code of its "
          "versions",
  };
  static constexpr std::array inputs{
      Input{}, Input{"numerator", Role::coefficients, 0, rational_initials::magnitude_of_sum::numerator},
      Input{"denominator", Role::coefficients, 0, rational_initials::magnitude_of_sum::denominator}};
};

}  // namespace torchactiv
