#pragma once

#include <array>

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"

namespace torchactiv {

struct GeluTanh : Activation {
  static constexpr Card card{
      .name = "gelu_tanh",
      .module = "GELUTanh",
      .title = "Gaussian error linear unit by a hyperbolic tangent",
      .aliases = "gelu_new gelu_pytorch_tanh gelu_fast gelu_approximate gelu_python_tanh gelu_accurate",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(\frac{x}{2} (1 + \tanh(u)), \; u = \sqrt{2 / \pi} (x + 0.044715 x^3))",
      .derivative = R"(\sigma(2u) (1 + 2 x u' (1 - \sigma(2u))), \; u' = \sqrt{2 / \pi} (1 + 0.134145 x^2))",
      .notes = "f(-inf) = -0, the limit. gelu with approximate='tanh'.",
      .source = "Hendrycks & Gimpel 2016, Gaussian Error Linear Units (GELUs), arXiv:1606.08415, section 2",
  };
  static constexpr bool has_fused_gate = true, has_fused_bias = true;
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;
  static constexpr bool floats_where_tabled = true;

  // x sigma(2u), which does not cancel. Beyond +-30 the sigmoid is 0 or 1 to the last digit. A number type may have
  // functions of its own that are faster, by tables (docs/architecture.md).
  template <Number N>
  static N forward(N x) {
    if constexpr (requires { tabled_tanh_gate(x); }) return tabled_tanh_gate(x);
    const N inside = limited(x, -30.0, 30.0);
    const N result = inside * sigmoid(inside * fma(inside * inside, N(cubic), N(linear)));
    return select(x > N(30.0), x, result);
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    if constexpr (requires { tabled_tanh_gate_slope(x); }) return {tabled_tanh_gate_slope(x)};
    const N inside = limited(x, -30.0, 30.0), square = inside * inside;
    const Logistic<N> s(inside * fma(square, N(cubic), N(linear)));
    const N slope = inside * fma(square, N(3.0 * cubic), N(linear));
    return {s.value * fma(slope, s.complement, N(1.0))};
  }

  template <Number N>
  static std::array<N, 2> value_and_slope(N x) {
    if constexpr (requires { tabled_tanh_gate_and_slope(x); }) return tabled_tanh_gate_and_slope(x);
    const N inside = limited(x, -30.0, 30.0), square = inside * inside;
    const Logistic<N> s(inside * fma(square, N(cubic), N(linear)));
    const N slope = inside * fma(square, N(3.0 * cubic), N(linear));
    return {select(x > N(30.0), x, inside * s.value), s.value * fma(slope, s.complement, N(1.0))};
  }

 private:
  // 2 sqrt(2 / pi), and 0.044715 times that
  static constexpr double linear = 1.5957691216057307117597842397375, cubic = 0.044715 * linear;
};

}  // namespace torchactiv
