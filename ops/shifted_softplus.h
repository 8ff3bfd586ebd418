#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/sigmoid_slope.h"

namespace torchactiv {

struct ShiftedSoftplus : Activation {
  static constexpr Card card{
      .name = "shifted_softplus",
      .module = "ShiftedSoftplus",
      .title = "Shifted softplus",
      .aliases = "ssp",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\ln(1 + e^x) - \ln 2)",
      .derivative = R"(\sigma(x))",
      .notes = "f(-inf) = -ln 2.",
      .source =
          "Schuett et al. 2017, SchNet: A continuous-filter convolutional neural network, arXiv:1706.08566, section 4",
  };
  static constexpr Precision forward_precision = Precision::doubles;

  // ln((1 + e^x) / 2) = ln(1 + (e^x - 1) / 2), which does not cancel near 0.
  template <Number N>
  static N forward(N x) {
    const N left = log1p(N(0.5) * narrow(expm1(at_least(-abs(x), N(-exponent_limit<N>)))));
    return select(x < N(0.0), left, x + left);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {quick_sigmoid(x)};
  }
};

}  // namespace torchactiv
