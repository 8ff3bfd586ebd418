#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct SmeLu : Activation {
  static constexpr Card card{
      .name = "smelu",
      .module = "SmeLU",
      .title = "Smooth rectified linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula =
          R"(0 \text{ if } x \le -\beta, \; \frac{(x + \beta)^2}{4 \beta} \text{ if } x < \beta, \text{ else } x)",
      .derivative = R"(\min\left(\max\left(0, \frac{x + \beta}{2 \beta}\right), 1\right))",
      .notes = "With beta = 1 it is sparse_plus.",
      .source =
          "Shamir, Lin & Coviello 2022, Reproducibility in Deep Learning and Smooth Activations, arXiv:2010.09931",
  };
  static constexpr std::array arguments{Argument{"beta", 1}};
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles;
  static constexpr Objection objection(double beta) {
    return beta > 0 ? Objection{} : Objection{"beta must be positive"};
  }

  template <Number N>
  static N forward(N x, N beta) {
    const N sum = inside(x, beta) + beta;
    return select(x > beta, x, sum * sum / (N(4.0) * beta));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N beta) {
    return {(inside(x, beta) + beta) / (N(2.0) * beta)};
  }

 private:
  template <Number N>
  static N inside(N x, N beta) {
    return select(x < -beta, -beta, select(x > beta, beta, x));
  }
};

}  // namespace torchactiv
