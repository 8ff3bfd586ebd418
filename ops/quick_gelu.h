#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/split_sigmoid.h"

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
  static constexpr Precision forward_precision = Precision::floats, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x) {
    const N inside = limit(x);
    const auto s = split_sigmoid(Wide<N>(scale<N>() * inside));
    return select(x > N(sigmoid_limit / factor), x, s.restore(product(inside, Wide<N>(s.value()))));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    if constexpr (requires { logistic_gate_slope(x, scale<N>()); }) return {logistic_gate_slope(x, scale<N>())};
    const Wide<N> z = scale<N>() * limit(x);
    const auto s = split_sigmoid(z);
    return {s.restore(product(offset(z * s.complement(), 1.0), Wide<N>(s.value())))};
  }

 private:
  static constexpr double factor = 1.702;

  template <Number N>
  static Wide<N> scale() {
    return Wide<N>(factor);
  }
  template <Number N>
  static N limit(const N& x) {
    return limited(x, -exponent_limit<N> / factor, sigmoid_limit / factor);
  }
};

}  // namespace torchactiv
