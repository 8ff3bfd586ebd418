#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Identity : Activation {
  static constexpr Card card{
      .name = "identity",
      .module = "IdentityActivation",
      .title = "Identity",
      .aliases = "linear",
      .family = Family::other,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(x)",
      .derivative = R"(1)",
      .notes = "A copy of the input.",
      .source = "Known to all",
  };
  static constexpr bool has_fused_gate = true;
  static constexpr bool has_fused_normalisation = true, has_cheap_slope = true;

  template <Number N>
  static N forward(N x) {
    return x;
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {one_like(x)};
  }

  static constexpr bool invertible_halves = true;
  template <Number N>
  static N inverse(N y) {
    return y;
  }
};

}  // namespace torchactiv
