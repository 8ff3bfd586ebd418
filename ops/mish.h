#pragma once

#include <array>

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Mish : Activation {
  static constexpr Card card{
      .name = "mish",
      .module = "Mish",
      .title = "Mish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \tanh(\ln(1 + e^x)))",
      .derivative = R"(\tanh(s) + x \sigma(x) (1 - \tanh^2(s)), \; s = \ln(1 + e^x))",
      .notes = "f(-inf) = -0, the limit.",
      .source = "Misra 2019, Mish: A Self Regularized Non-Monotonic Activation Function, arXiv:1908.08681, equation 1",
  };
  static constexpr bool has_fused_gate = true, has_fused_bias = true;

  // tanh(ln(1 + w)) = n / (n + 2) with w = e^x and n = w(w + 2), which cancels nowhere.
  template <Number N>
  static N forward(N x) {
    const N limited = at_least(x, N(-exponent_limit<N>));
    const auto e = exponential(at_most(limited, N(highest)));
    const Wide<N> w = e.value(), n = w * offset(w, 2.0);
    return e.restore(product(limited, Wide<N>(n / offset(n, 2.0))));
  }

  // f' = w q (1 + u (1 + 4 x q)) with w = e^x, u = 1 + w and q = 1 / (1 + u^2).
  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N limited = at_most(at_least(x, N(-exponent_limit<N>)), N(highest));
    const auto e = exponential(limited);
    const Wide<N> w = e.value(), u = offset(w, 1.0), q = reciprocal(offset_product(u, u, 1.0));
    const Wide<N> sum = offset(u * offset(N(4.0) * limited * q, 1.0), 1.0);
    return {e.restore(product(w * q, sum))};
  }

  // With n = w(w + 2) = u^2 - 1, n / (n + 2) = n q.
  template <Number N>
  static std::array<N, 2> value_and_slope(N x) {
    const N limited = at_least(x, N(-exponent_limit<N>)), inside = at_most(limited, N(highest));
    const auto e = exponential(inside);
    const Wide<N> w = e.value(), u = offset(w, 1.0), q = reciprocal(offset_product(u, u, 1.0));
    const Wide<N> sum = offset(u * offset(N(4.0) * inside * q, 1.0), 1.0);
    return {e.restore(product(limited, Wide<N>(w * offset(w, 2.0) * q))), e.restore(product(w * q, sum))};
  }

 private:
  static constexpr double highest = 21;  // beyond, f = x and f' = 1 to the last digit of a double
};

}  // namespace torchactiv
