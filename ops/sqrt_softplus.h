#pragma once

#include "ops/card.h"
#include "ops/log1p_of_unit.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct SqrtSoftplus : Activation {
  static constexpr Card card{
      .name = "sqrt_softplus",
      .module = "SqrtSoftplus",
      .title = "Square root of softplus",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .smooth = true},
      .formula = R"(\sqrt{\ln(1 + e^x)})",
      .derivative = R"(\frac{\sigma(x)}{2 \sqrt{\ln(1 + e^x)}})",
      .notes = "Used for the scores of experts in mixtures.",
      .source = "Hugging Face Transformers, SqrtSoftplus",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;
  static constexpr bool floats_where_tabled = true;

  // A number type may have functions of its own that are faster, by tables (docs/architecture.md).
  template <Number N>
  static N forward(N x) {
    if constexpr (requires { tabled_sqrt_softplus(x); }) return tabled_sqrt_softplus(x);
    const N t = exponential_of(x);
    return select(x < N(left_end), t, sqrt(select(x < N(0.0), N(0.0), x) + log1p_of_unit(t)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    if constexpr (requires { tabled_sqrt_softplus_slope(x); }) return {tabled_sqrt_softplus_slope(x)};
    const N t = exponential_of(x), root = sqrt(select(x < N(0.0), N(0.0), x) + log1p_of_unit(t));
    const N steep = select(x < N(0.0), t, N(1.0)) / ((N(1.0) + t) * root);  // the sigmoid, by the root
    const N bounded = select(root > N(infinite), N(0.0), steep);            // with a slope of 0 at infinity
    return {N(0.5) * select(x < N(left_end), t, bounded)};
  }

 private:
  static constexpr double left_end = -40;    // where it is e^(x/2) to the last digit of a double
  static constexpr double infinite = 1e160;  // no root of a finite double is larger

  template <Number N>
  static N exponential_of(N x) {
    return exp(at_least(select(x < N(left_end), N(0.5) * x, -abs(x)), N(-exponent_limit<N>)));
  }
};

}  // namespace torchactiv
