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

  // tanh(ln(1 + w)) = w(w + 2) / (w(w + 2) + 2). With t = e^-|x| this is, free of overflow,
  //   (1 + 2t) / (1 + 2t + 2t^2) for x >= 0 and t(t + 2) / (t^2 + 2t + 2) for x < 0.
  template <Number N>
  static N forward(N x) {
    const auto t = exponential(-abs(x));
    const auto negative = x < N(0.0);
    const Wide<N> one(1.0), two(2.0);
    const Wide<N> ratio =
        select(negative, t.mantissa * (t.value + two), one + two * t.value) / denominator<N>(negative, t.value);
    return t.restore(widen(at_least(x, N(-lowest))) * ratio, negative);
  }

  // f' = w ((w + 2)(w(w + 2) + 2) + 4x(1 + w)) / (w(w + 2) + 2)^2 with w = e^x; in t, for x >= 0,
  //   ((1 + 2t) d + 4x t^2 (1 + t)) / d^2, and for x < 0  t((t + 2) d + 4x(1 + t)) / d^2.
  template <Number N>
  static Partials<N, 1> partials(N x) {
    const auto t = exponential(-abs(x));
    const auto negative = x < N(0.0);
    const Wide<N> one(1.0), two(2.0);
    const Wide<N> limited = widen(at_most(at_least(x, N(-lowest)), N(lowest)));
    const Wide<N> d = denominator<N>(negative, t.value);
    const Wide<N> slope = Wide<N>(4.0) * limited * (one + t.value);
    const Wide<N> below = t.mantissa * ((t.value + two) * d + slope);
    const Wide<N> above = (one + two * t.value) * d + slope * (t.value * t.value);
    return {t.restore(select(negative, below, above) / (d * d), negative)};
  }

 private:
  // Beyond this the exponential is zero in every dtype; it keeps 0 * infinity out.
  static constexpr double lowest = 1024;

  template <Number N, class M>
  static Wide<N> denominator(M negative, Wide<N> t) {
    const Wide<N> one(1.0), two(2.0);
    return select(negative, t * (t + two) + two, one + two * t * (one + t));
  }
};

}  // namespace torchactiv
