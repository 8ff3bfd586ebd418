#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Mish : Activation {
  static constexpr Card card{
      .name = "mish",
      .module = "Mish",
      .title = "Mish",
      .formula = R"(x \tanh(\ln(1 + e^x)))",
      .derivative = R"(\tanh(s) + x \sigma(x) (1 - \tanh^2(s)), \; s = \ln(1 + e^x))",
      .notes = "f(-inf) = -0, the limit.",
      .source = "Misra 2019, Mish: A Self Regularized Non-Monotonic Activation Function, arXiv:1908.08681, equation 1",
  };

  // tanh(ln(1 + w)) = n / (n + 2) with w = e^x and n = w(w + 2), which cancels nowhere.
  template <Number N>
  static N forward(N x) {
    const auto w = exponential(at_most(x, N(highest)));
    const Wide<N> two(2.0), w2 = w.value + two;
    return w.restore(widen(at_least(x, N(lowest))) * (w.mantissa * w2) / fma(w.value, w2, two));
  }

  // f' = w ((w + 2) d + 4x (1 + w)) / d^2 with w = e^x and d = w(w + 2) + 2.
  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N limited = at_most(at_least(x, N(lowest)), N(highest));
    const auto w = exponential(limited);
    const Wide<N> two(2.0), w2 = w.value + two, d = fma(w.value, w2, two);
    const Wide<N> x4 = Wide<N>(4.0) * widen(limited);
    return {w.restore(w.mantissa * fma(w2, d, fma(x4, w.value, x4)) / (d * d))};
  }

 private:
  // Beyond these f = x and f' = 1 to the last digit of a double, and e^x is zero in every dtype. d^2 is finite in
  // float.
  static constexpr double highest = 21, lowest = -1024;
};

}  // namespace torchactiv
