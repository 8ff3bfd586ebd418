#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Gcu : Activation {
  static constexpr Card card{
      .name = "gcu",
      .module = "GCU",
      .title = "Growing cosine unit",
      .family = Family::periodic,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \cos(x))",
      .derivative = R"(\cos(x) - x \sin(x))",
      .notes = "NaN at both infinities, where there is no limit.",
      .source =
          "Noel, Arunkumar, Trivedi & Dutta 2021, Growing Cosine Unit: A Novel Oscillatory Activation Function That "
          "Can Speedup Training and Reduce Parameters in Convolutional Neural Networks, arXiv:2108.12943",
  };
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x) {
    return x * cos(x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {cos(x) - x * sin(x)};
  }
};

}  // namespace torchactiv
