#pragma once

#include "ops/card.h"
#include "ops/log1p_of_unit.h"
#include "ops/number.h"

namespace torchactiv {

struct Gish : Activation {
  static constexpr Card card{
      .name = "gish",
      .module = "Gish",
      .title = "Gish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \ln(2 - e^{-e^x}))",
      .derivative = R"(\ln(2 - e^{-e^x}) + \frac{x e^x e^{-e^x}}{2 - e^{-e^x}})",
      .notes = "f(-inf) = -0, the limit.",
      .source =
          "Kaytan, Aydilek & Yeroglu 2022, Gish: a novel activation function for image classification, Neural "
          "Computing and Applications",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  // 2 - e^-w = 1 + c with c = 1 - e^-w, which keeps the digits of a small w.
  template <Number N>
  static N forward(N x) {
    const N w = exp(limited(x, -exponent_limit<N>, highest)), c = -narrow(expm1(-w));
    return at_least(x, N(-exponent_limit<N>)) * log1p_of_unit(c);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N inside = limited(x, -exponent_limit<N>, highest), w = exp(inside), c = -narrow(expm1(-w));
    return {fma(inside * w, (N(1.0) - c) / (N(1.0) + c), log1p_of_unit(c))};
  }

 private:
  static constexpr double highest = 4;  // beyond, e^-e^x is nothing beside 1
};

}  // namespace torchactiv
