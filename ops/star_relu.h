#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct StarRelu : Activation {
  static constexpr Card card{
      .name = "star_relu",
      .module = "StarReLU",
      .title = "StarReLU",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .both_signs = true},
      .formula = R"(\text{scale} \cdot \max(0, x)^2 + \text{bias})",
      .derivative = R"(2 \, \text{scale} \cdot \max(0, x); \max(0, x)^2; 1)",
      .notes = "With the initial parameters, mean and variance of a standard normal x become 0 and 1.",
      .source = "Yu et al. 2022, MetaFormer Baselines for Vision, arXiv:2210.13452, equation 4",
  };
  static constexpr std::array inputs{Input{}, Input{"scale", Role::parameter, 0.8944},
                                     Input{"bias", Role::parameter, -0.4472}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all, partials_precision = Precision::floats;

  template <Number N>
  static N forward(N x, N scale, N bias) {
    const N r = tame(positive(x), scale);
    return fma(scale * r, r, bias);
  }

  template <Number N>
  static Partials<N, 3> partials(N x, N scale, N) {
    const N r = positive(x), half = scaled(r, scale);
    return {half + half, unbounded_product(r, r), one_like(x)};
  }

 private:
  template <Number N>
  static N positive(const N& x) {
    return select(x <= N(0.0), N(0.0), x);
  }
};

}  // namespace torchactiv
