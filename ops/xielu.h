#pragma once

#include "ops/card.h"
#include "ops/fine_expm1.h"
#include "ops/fine_log1p_exp.h"
#include "ops/log1p_exp.h"
#include "ops/logistic.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct XIElu : Activation {
  static constexpr Card card{
      .name = "xielu",
      .module = "XIELU",
      .title = "Expanded integral of the exponential linear unit",
      .family = Family::rectifier,
      .properties = {.both_signs = true},
      .formula =
          R"(a_p x^2 + \beta x \text{ if } x > 0 \text{ else } a_n (e^{\min(x, \epsilon)} - 1 - x) + \beta x, \; a_p = \ln(1 + e^{\alpha_p}), \; a_n = \beta + \ln(1 + e^{\alpha_n}))",
      .derivative =
          R"(2 a_p x + \beta \text{ if } x > 0 \text{ else } a_n (e^x - 1) + \beta \text{ if } x < \epsilon \text{ else } \beta - a_n; \sigma(\alpha_p) x^2 \text{ if } x > 0 \text{ else } 0; 0 \text{ if } x > 0 \text{ else } \sigma(\alpha_n) (e^{\min(x, \epsilon)} - 1 - x))",
      .notes =
          "The parameters are those before the softplus; they start from a_p = a_n = 0.8. eps is there for numbers of "
          "few "
          "digits: the slope between it and 0 is what the formula has.",
      .source = "Huang & Schlag 2024, Deriving Activation Functions Using Integration, arXiv:2411.13010",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha_p", Role::parameter, 0.20338232081102454},
                                     Input{"alpha_n", Role::parameter, -1.0502256128148467}};
  static constexpr std::array arguments{Argument{"beta", 0.5}, Argument{"eps", -1e-6}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  // Left of 0, with m = e^x - 1: beta m + softplus(alpha_n) (m - x). The two cancel at one place.
  template <Number N>
  static N forward(N x, N alpha_p, N alpha_n, N beta, N eps) {
    const Mask<N> right = x > N(0.0);
    const N plus = fine_log1p_exp(select(right, alpha_p, alpha_n));
    const Left<N> left(x, eps);
    return select(right, fma(plus, x, beta) * x, fma(plus, left.curved, beta * left.m));
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N alpha_p, N alpha_n, N beta, N eps) {
    const Mask<N> right = x > N(0.0);
    const N alpha = select(right, alpha_p, alpha_n), plus = log1p_exp(alpha), gate = Logistic<N>(alpha).value;
    const Left<N> left(x, eps);
    const N slope = select(x < eps, fma(plus, left.m, beta * left.e), -plus), zero = zero_like(x);
    return {select(right, fma(N(2.0) * plus, x, beta), slope + zero), select(right, gate * x * x, zero),
            select(right, zero, gate * left.curved)};
  }

 private:
  // With y = min(x, eps): e^y, e^y - 1, and e^y - 1 - x, which cancels near 0.
  template <Number N>
  struct Left {
    N e, m, curved;

    Left(const N& x, const N& eps) {
      const N y = select(x > eps, eps, x);
      const FineExpm1<N> of_y(at_least(y, N(-exponent_limit<N>)));
      const Mask<N> far = y < N(-exponent_limit<N>);
      e = of_y.e;
      m = of_y.value;
      curved = select(far, N(-1.0) - x, of_y.curved + (y - tame_far(x)));
    }

    static N tame_far(const N& x) { return at_least(x, N(-3e38)); }
  };
};

}  // namespace torchactiv
