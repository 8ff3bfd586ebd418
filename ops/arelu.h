#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct ARelu : Activation {
  static constexpr Card card{
      .name = "arelu",
      .module = "AReLU",
      .title = "Attention-based rectified linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"((1 + \sigma(\beta)) \max(0, x) + \operatorname{clip}(\alpha, 0.01, 0.99) \min(0, x))",
      .derivative =
          R"(1 + \sigma(\beta) \text{ if } x > 0 \text{ else } \operatorname{clip}(\alpha, 0.01, 0.99); \min(0, x) \text{ if } 0.01 \le \alpha \le 0.99 \text{ else } 0; \sigma(\beta) (1 - \sigma(\beta)) \max(0, x))",
      .notes = "The slope at 0 is that of the left side.",
      .source = "Chen, Li & Xu 2020, AReLU: Attention-based Rectified Linear Unit, arXiv:2006.13858",
  };
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 0.9}, Input{"beta", Role::parameter, 2}};
  static constexpr bool in_place = false;
  static constexpr double largest_error = 1.01;  // of a result that is barely normal
  static constexpr Precision forward_precision = Precision::floats, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x, N alpha, N beta) {
    return select(x > N(0.0), product(x, Gain<N>(beta).value), x * limited(alpha, lowest, highest));
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N alpha, N beta) {
    const Mask<N> right = x > N(0.0);
    const Gain<N> gain(beta);
    const N zero = zero_like(x), clip = limited(alpha, lowest, highest) + zero;
    const N by_alpha = select(alpha < N(lowest), zero, select(alpha > N(highest), zero, x));
    return {select(right, narrow(gain.value), clip), select(right, zero, by_alpha),
            select(right, gain.slope_times(x), zero)};
  }

 private:
  static constexpr double lowest = 0.01, highest = 0.99;

  // 1 + sigmoid(beta), of e^-|beta|.
  template <Number N>
  struct Gain {
    using Exponential = decltype(exponential(std::declval<N>()));
    Exponential e;
    Wide<N> inverse, value;

    explicit Gain(const N& beta)
        : e(exponential(at_least(-abs(beta), N(-product_limit<N>)))), inverse(reciprocal(e.plus(1.0))) {
      value = select(beta < N(0.0), offset(-inverse, 2.0), offset(inverse, 1.0));
    }
    N slope_times(const N& x) const {
      return e.restore_product(unbounded_product(x, Wide<N>(e.value() * inverse * inverse)));
    }
  };
};

}  // namespace torchactiv
