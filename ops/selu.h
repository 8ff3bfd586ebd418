#pragma once

#include "ops/card.h"
#include "ops/inverse_exponential.h"
#include "ops/number.h"

namespace torchactiv {

struct Selu : Activation {
  static constexpr Card card{
      .name = "selu",
      .module = "SELU",
      .title = "Scaled exponential linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula =
          R"(\lambda (x \text{ if } x > 0 \text{ else } \alpha (e^x - 1)), \; \lambda = 1.0507009873554805, \; \alpha = 1.6732632423543772)",
      .derivative = R"(\lambda \text{ if } x > 0 \text{ else } \lambda \alpha e^x)",
      .notes = "The slope at 0 is 1.758, as in PyTorch. Keeps mean 0 and variance 1 from layer to layer.",
      .source = "Klambauer et al. 2017, Self-Normalizing Neural Networks, arXiv:1706.02515, equation 2",
  };

  template <Number N>
  static N forward(N x) {
    const N left = product(Wide<N>(scale * alpha), expm1(limited(x, -exponent_limit<N>, 0.0)));
    return select(x < N(0.0), left, product(x, Wide<N>(scale)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    const N left = N(scale * alpha) * exp(limited(x, -exponent_limit<N>, 0.0));
    return {select(x > N(0.0), N(scale), left)};
  }

  template <Number N>
  static N inverse(N y) {
    return select(y > N(0.0), y * N(1 / scale), inverse_expm1(limited(y * N(1 / (scale * alpha)), -1.0, 0.0)));
  }

 private:
  static constexpr double scale = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;
};

}  // namespace torchactiv
