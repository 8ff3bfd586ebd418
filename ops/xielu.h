#pragma once

#include "ops/card.h"
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

  // Of the parameters: their softplus, once with all digits, and its slope.
  template <Number N>
  struct Prepared {
    N fine_plus_p, fine_plus_n, plus_p, plus_n, gate_p, gate_n;

    Prepared(const N& alpha_p, const N& alpha_n, const N&, const N&)
        : fine_plus_p(fine_log1p_exp(alpha_p)),
          fine_plus_n(fine_log1p_exp(alpha_n)),
          plus_p(log1p_exp(alpha_p)),
          plus_n(log1p_exp(alpha_n)),
          gate_p(Logistic<N>(alpha_p).value),
          gate_n(Logistic<N>(alpha_n).value) {}
  };

  template <Number N>
  static N forward(N x, N alpha_p, N alpha_n, N beta, N eps) {
    return value(x, fine_log1p_exp(select(x > N(0.0), alpha_p, alpha_n)), beta, eps);
  }
  template <Number N>
  static N forward(N x, const Prepared<N>& of, N beta, N eps) {
    return value(x, select(x > N(0.0), of.fine_plus_p, of.fine_plus_n), beta, eps);
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N alpha_p, N alpha_n, N beta, N eps) {
    const N alpha = select(x > N(0.0), alpha_p, alpha_n);
    return slopes(x, log1p_exp(alpha), Logistic<N>(alpha).value, beta, eps);
  }
  template <Number N>
  static Partials<N, 3> partials(N x, const Prepared<N>& of, N beta, N eps) {
    const Mask<N> right = x > N(0.0);
    return slopes(x, select(right, of.plus_p, of.plus_n), select(right, of.gate_p, of.gate_n), beta, eps);
  }

 private:
  // With y = min(x, eps), or where e^y is nothing beside 1: e^y, e^y - 1, and e^y - 1 - x, which cancels near 0.
  template <Number N>
  struct Left {
    N e, m, curved;

    Left(const N& x, const N& eps) {
      const N y = at_least(select(x > eps, eps, x), N(-exponent_limit<N>));
      const FineExpm1<N> of_y = fine_expm1(y);
      e = of_y.e;
      m = of_y.value;
      curved = of_y.curved + (y - x);
    }
  };

  // With the softplus of the parameter of x's side. Left of 0, with m = e^x - 1, the value is beta m + plus (m - x).
  // The two cancel at one place.
  template <Number N>
  static N value(const N& x, const N& plus, const N& beta, const N& eps) {
    const Left<N> left(x, eps);
    return select(x > N(0.0), fma(plus, x, beta) * x, fma(plus, left.curved, beta * left.m));
  }
  template <Number N>
  static Partials<N, 3> slopes(const N& x, const N& plus, const N& gate, const N& beta, const N& eps) {
    const Mask<N> right = x > N(0.0);
    const Left<N> left(x, eps);
    const N slope = select(x < eps, fma(plus, left.m, beta * left.e), -plus), zero = zero_like(x);
    return {select(right, unbounded_fma(N(2.0) * plus, x, beta), slope + zero),
            select(right, unbounded_product(unbounded_product(gate, x), x), zero),
            select(right, zero, unbounded_product(gate, left.curved))};
  }
};

}  // namespace torchactiv
