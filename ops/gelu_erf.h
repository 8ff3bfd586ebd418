#pragma once

#include <array>

#include "ops/card.h"
#include "ops/normal.h"
#include "ops/number.h"

namespace torchactiv {

struct GeluErf : Activation {
  static constexpr Card card{
      .name = "gelu_erf",
      .module = "GELUErf",
      .title = "Gaussian error linear unit",
      .aliases = "gelu_python gelu_none",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \Phi(x), \; \Phi(x) = \frac{1}{2} \left(1 + \operatorname{erf}(x / \sqrt 2)\right))",
      .derivative = R"(\Phi(x) + x \phi(x), \; \phi(x) = e^{-x^2 / 2} / \sqrt{2 \pi})",
      .notes = "f(-inf) = -0, the limit. gelu with approximate='none'.",
      .source = "Hendrycks & Gimpel 2016, Gaussian Error Linear Units (GELUs), arXiv:1606.08415, section 2",
  };
  static constexpr bool has_fused_gate = true, has_fused_bias = true;
  static constexpr bool has_fused_normalisation = true;
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;
  static constexpr bool floats_where_fused = true;
  static constexpr double largest_error = 1.3;  // where it is computed in floats

  template <Number N>
  static N forward(N x) {
    return normal_gate(x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {normal_gate_slope(x)};
  }

  template <Number N>
  static std::array<N, 2> value_and_slope(N x) {
    return normal_gate_and_slope(x);
  }
};

}  // namespace torchactiv
