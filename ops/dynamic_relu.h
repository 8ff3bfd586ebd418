#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct DynamicRelu : Activation {
  static constexpr Card card{
      .name = "dynamic_relu",
      .module = "MaxAffine",
      .title = "Larger of two affine functions",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula = R"(\max(\text{slope}_1 x + \text{intercept}_1, \text{slope}_2 x + \text{intercept}_2))",
      .derivative =
          R"(\text{slope}_k, \; k \text{ the line that is larger}; x \text{ if } k = 1 \text{ else } 0; 1 \text{ if } k = 1 \text{ else } 0; x \text{ if } k = 2 \text{ else } 0; 1 \text{ if } k = 2 \text{ else } 0)",
      .notes =
          "Where the lines are equal the derivative is the first one's. DynamicReLU computes the coefficients from the "
          "input; MaxAffine learns them.",
      .source =
          "Chen, Dai, Liu, Chen, Yuan & Liu 2020, Dynamic ReLU, arXiv:2003.10027, equation 1, with two linear "
          "functions",
  };
  static constexpr std::array inputs{Input{}, Input{"slope1", Role::parameter, 1},
                                     Input{"intercept1", Role::parameter, 0}, Input{"slope2", Role::parameter, 0},
                                     Input{"intercept2", Role::parameter, 0}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N slope1, N intercept1, N slope2, N intercept2) {
    const Mask<N> second = is_second(x, slope1, intercept1, slope2, intercept2);
    return line(x, select(second, slope2, slope1), select(second, intercept2, intercept1));
  }

  template <Number N>
  static Partials<N, 5> partials(N x, N slope1, N intercept1, N slope2, N intercept2) {
    const Mask<N> second = is_second(x, slope1, intercept1, slope2, intercept2);
    const N zero = zero_like(x), one = one_like(x);
    return {select(second, slope2, slope1) + zero, select(second, zero, x), select(second, zero, one),
            select(second, x, zero), select(second, one, zero)};
  }

 private:
  // At an infinity the slopes decide.
  template <Number N>
  static Mask<N> is_second(const N& x, const N& slope1, const N& intercept1, const N& slope2, const N& intercept2) {
    const N finite = limited(x, -1e200, 1e200);
    return line(finite, slope1, intercept1) < line(finite, slope2, intercept2);
  }
  template <Number N>
  static N line(const N& x, const N& slope, const N& intercept) {
    return fma(tame(x, slope), slope, intercept);
  }
};

}  // namespace torchactiv
