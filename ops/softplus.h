#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/sigmoid_slope.h"

namespace torchactiv {

struct Softplus : Activation {
  static constexpr Card card{
      .name = "softplus",
      .module = "Softplus",
      .title = "Softplus",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .smooth = true},
      .formula = R"(\frac{1}{\beta} \ln(1 + e^{\beta x}))",
      .derivative = R"(\sigma(\beta x))",
      .notes = "Exact with the default threshold; with another one f = x where beta x exceeds it, as in PyTorch.",
      .source = "Dugas et al. 2001, Incorporating Second-Order Functional Knowledge for Better Option Pricing, NIPS",
  };
  static constexpr std::array arguments{Argument{"beta", 1}, Argument{"threshold", 20}};
  static constexpr bool inplace_argument = false;  // PyTorch's has none
  static constexpr bool out_argument = true;

  // A number type may have a function of its own that is faster, by tables (docs/architecture.md).
  template <Number N>
  static N forward(N x, N beta, N threshold) {
    if constexpr (requires { tabled_softplus(x, beta); }) {
      const N inside = limited_by(x, beta);
      return select(inside * beta > end(threshold), x, tabled_softplus(inside, beta));
    }
    const Wide<N> z = scaled(x, beta);
    const N rounded = narrow(z);
    const Mask<N> negative = rounded < N(0.0);
    const auto e = exponential(select(negative, z, -z));
    const Wide<N> tail = log1p(e.value()), inverse = reciprocal(widen(beta));
    const N result = product(select(negative, tail, z + tail), inverse);
    return select(rounded > end(threshold), x, select(negative, e.restore(result), result));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N beta, N threshold) {
    const Wide<N> z = scaled(x, beta);
    return {select(narrow(z) > end(threshold), N(1.0), quick_sigmoid(z))};
  }

  // With a lower threshold some values belong to two arguments; with a larger beta, what a normalisation gives is often
  // where f is 0.
  static constexpr bool invertible(double beta, double threshold) { return beta > 0 && beta <= 10 && threshold >= 20; }
  // z + ln(1 - e^-z) with z = beta y
  template <Number N>
  static N inverse(N y, N beta, N threshold) {
    const N z = beta * y;
    const N tail = log1p(at_most(N(1.0) / narrow(expm1(at_most(z, N(40.0)))), N(0x1p120)));
    return select(z > end(threshold), y, (z - tail) / beta);
  }

 private:
  // beta x to all its digits, limited where that no longer makes a difference.
  template <Number N>
  static Wide<N> scaled(const N& x, const N& beta) {
    return widen(beta) * limited_by(x, beta);
  }
  template <Number N>
  static N limited_by(const N& x, const N& beta) {
    const N farthest = abs(N(exponent_limit<N>) / beta);
    return at_least(at_most(x, farthest), -farthest);
  }

  // Where the line begins: by default, and at the latest, where ln(1 + e^z) = z to the last digit of a double.
  template <Number N>
  static N end(N threshold) {
    const N latest(40.0);
    const N given = select(threshold < latest, threshold, latest);
    return select(threshold < N(20.0), threshold, select(threshold > N(20.0), given, latest));
  }
};

}  // namespace torchactiv
