#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Cloglog : Activation {
  static constexpr Card card{
      .name = "cloglog",
      .module = "Cloglog",
      .title = "Complementary log-log",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true},
      .formula = R"(1 - e^{-e^x})",
      .derivative = R"(e^{x - e^x})",
      .notes = "An asymmetric sigmoid.",
      .source =
          "Gomes & Ludermir 2008, Complementary Log-Log and Probit: Activation Functions Implemented in Artificial "
          "Neural Networks, HIS",
  };
  static constexpr Precision forward_precision = Precision::doubles_for_all, partials_precision = Precision::doubles;

  template <Number N>
  static N forward(N x) {
    return -narrow(expm1(-exp(limited(x, -exponent_limit<N>, highest))));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N w = fine_exp(limited(x, -exponent_limit<N>, highest_of_slope));
    return {w * exp(at_least(-w, N(-exponent_limit<N>)))};
  }

 private:
  static constexpr double highest = 6;           // e^-e^6 is nothing beside 1
  static constexpr double highest_of_slope = 7;  // e^(7 - e^7) is 0 among doubles
};

}  // namespace torchactiv
