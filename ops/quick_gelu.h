#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/swish.h"

namespace torchactiv {

struct QuickGelu : Activation {
  static constexpr Card card{
      .name = "quick_gelu",
      .module = "QuickGELU",
      .title = "Gaussian error linear unit by a sigmoid",
      .aliases = "gelu_quick gelu_fast_approx",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \, \sigma(1.702 x))",
      .derivative = R"(\sigma(1.702 x) (1 + 1.702 x (1 - \sigma(1.702 x))))",
      .notes = "f(-inf) = -0, the limit.",
      .source =
          "Hendrycks & Gimpel 2016, Gaussian Error Linear Units (GELUs), arXiv:1606.08415, section 2; used by CLIP",
  };
  static constexpr Precision forward_precision = Precision::floats_for_all,
                             partials_precision = Precision::floats_for_all;

  template <Number N>
  static N forward(N x) {
    return Swish::value<N>(x, Wide<N>(1.702));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {Swish::slope<N>(x, Wide<N>(1.702))};
  }
};

}  // namespace torchactiv
