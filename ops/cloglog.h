#pragma once

#include "ops/card.h"
#include "ops/gumbel_density.h"
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
  static constexpr Precision forward_precision = Precision::doubles_for_all, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x) {
    return -narrow(expm1(-exp(limited(x, -exponent_limit<N>, highest))));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {gumbel_density(x)};
  }

 private:
  static constexpr double highest = 6;  // e^-e^6 is nothing beside 1
};

}  // namespace torchactiv
