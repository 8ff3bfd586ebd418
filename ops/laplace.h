#pragma once

#include "ops/card.h"
#include "ops/normal.h"
#include "ops/number.h"

namespace torchactiv {

struct Laplace : Activation {
  static constexpr Card card{
      .name = "laplace",
      .module = "Laplace",
      .title = "Laplace activation",
      .family = Family::squashing,
      .properties = {.bounded = true, .monotonic = true, .smooth = true},
      .formula = R"(\frac{1}{2} \left(1 + \operatorname{erf}\left(\frac{x - \mu}{\sigma \sqrt 2}\right)\right))",
      .derivative = R"(\frac{1}{\sigma \sqrt{2 \pi}} e^{-(x - \mu)^2 / (2 \sigma^2)})",
      .notes = "The normal distribution's function, whose defaults match relu_squared at its inflection.",
      .source = "Ma et al. 2022, Mega: Moving Average Equipped Gated Attention, arXiv:2209.10655, equation 8",
  };
  static constexpr std::array arguments{Argument{"mu", 0.707107}, Argument{"sigma", 0.282095}};
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;
  static constexpr bool floats_where_tabled = true;
  static constexpr Objection objection(double, double sigma) {
    return sigma > 0 ? Objection{} : Objection{"sigma must be positive"};
  }

  template <Number N>
  static N forward(N x, N mu, N sigma) {
    if constexpr (requires { tabled_normal_distribution(x, mu, sigma); })
      return tabled_normal_distribution(x, mu, sigma);
    return Normal<N>((x - mu) / sigma).distribution();
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N mu, N sigma) {
    if constexpr (requires { tabled_normal_density(x, mu, sigma); }) return {tabled_normal_density(x, mu, sigma)};
    return {Normal<N>((x - mu) / sigma).density() / sigma};
  }
};

}  // namespace torchactiv
