#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct SRelu : Activation {
  static constexpr Card card{
      .name = "srelu",
      .module = "SReLU",
      .title = "S-shaped rectified linear unit",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula =
          R"(\begin{cases} t_r + a_r (x - t_r) & x \ge t_r \\ x & t_l < x < t_r \\ t_l + a_l (x - t_l) & x \le t_l \end{cases})",
      .derivative =
          R"(a_r \text{ if } x \ge t_r \text{ else } a_l \text{ if } x \le t_l \text{ else } 1; 1 - a_r \text{ if } x \ge t_r \text{ else } 0; x - t_r \text{ if } x \ge t_r \text{ else } 0; 1 - a_l \text{ if } x \le t_l \text{ else } 0; x - t_l \text{ if } x \le t_l \text{ else } 0)",
      .notes =
          "The slope at a threshold is that of the line beyond it. Where the thresholds cross, the right one goes "
          "first.",
      .source =
          "Jin et al. 2015, Deep Learning with S-shaped Rectified Linear Activation Units, arXiv:1512.07030, equation "
          "2",
  };
  static constexpr std::array inputs{Input{}, Input{"t_right", Role::parameter, 1},
                                     Input{"a_right", Role::parameter, 1}, Input{"t_left", Role::parameter, 0},
                                     Input{"a_left", Role::parameter, 0.2}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all, partials_precision = Precision::floats;

  // Comparisons are such that NaN in a threshold leads to what is calculated of it.
  template <Number N>
  static N forward(N x, N t_right, N a_right, N t_left, N a_left) {
    const Mask<N> below = x < t_right;
    const N t = select(below, t_left, t_right), line = t + scaled(x - t, select(below, a_left, a_right));
    return select(below, select(t_left < x, x, line), line);
  }

  template <Number N>
  static Partials<N, 5> partials(N x, N t_right, N a_right, N t_left, N a_left) {
    const Mask<N> right = t_right <= x, left = x <= t_left;
    const N zero = zero_like(x);
    const auto right_only = [&](const N& a) { return select(right, a, zero); };
    const auto left_only = [&](const N& a) { return select(right, zero, select(left, a, zero)); };
    return {select(right, a_right, select(left, a_left, one_like(x))), right_only(N(1.0) - a_right),
            right_only(x - t_right), left_only(N(1.0) - a_left), left_only(x - t_left)};
  }
};

}  // namespace torchactiv
