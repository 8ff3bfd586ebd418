#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/split_sigmoid.h"

namespace torchactiv {

struct Swish : Activation {
  static constexpr Card card{
      .name = "swish",
      .module = "Swish",
      .title = "Swish",
      .family = Family::self_gated,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"(x \, \sigma(\beta x))",
      .derivative = R"(\sigma(\beta x) (1 + \beta x (1 - \sigma(\beta x))))",
      .notes = "With beta = 1 it is silu; f(-inf) = -0, the limit, for a positive beta.",
      .source = "Ramachandran, Zoph & Le 2017, Searching for Activation Functions, arXiv:1710.05941",
  };
  static constexpr std::array arguments{Argument{"beta", 1}};
  static constexpr Precision forward_precision = Precision::floats_for_all,
                             partials_precision = Precision::floats_for_all;

  template <Number N>
  static N forward(N x, N beta) {
    return value<N>(x, widen(beta));
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N beta) {
    return {slope<N>(x, widen(beta))};
  }

  template <Number N>
  static N value(N x, Wide<N> beta) {
    const N rounded = narrow(beta), inside = limit(x, rounded);
    const auto s = split_sigmoid(Wide<N>(beta * inside));
    return select(rounded * x > N(highest), x, s.restore(product(inside, Wide<N>(s.value()))));
  }

  template <Number N>
  static N slope(N x, Wide<N> beta) {
    const Wide<N> z = beta * limit(x, N(narrow(beta)));
    const auto s = split_sigmoid(z);
    return s.restore(product(offset(z * s.complement(), 1.0), Wide<N>(s.value())));
  }

 private:
  static constexpr double highest = 43;  // beyond, f = x and f' = 1 to the last digit of a double

  // To -exponent_limit <= beta x <= highest, within 1 ulp of the bounds.
  template <Number N>
  static N limit(const N& x, const N& beta) {
    const N low = N(-exponent_limit<N>) / beta, high = N(highest) / beta;
    const Mask<N> negative = beta < N(0.0);
    return at_most(at_least(x, select(negative, high, low)), select(negative, low, high));
  }
};

}  // namespace torchactiv
