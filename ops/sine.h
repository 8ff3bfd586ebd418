#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Sine : Activation {
  static constexpr Card card{
      .name = "sine",
      .module = "Sine",
      .title = "Sine",
      .aliases = "siren",
      .family = Family::periodic,
      .properties = {.bounded = true, .smooth = true, .both_signs = true},
      .formula = R"(\sin(\omega x))",
      .derivative = R"(\omega \cos(\omega x))",
      .notes = "NaN at both infinities, where there is no limit.",
      .source =
          "Sitzmann et al. 2020, Implicit Neural Representations with Periodic Activation Functions, arXiv:2006.09661",
  };
  static constexpr std::array arguments{Argument{"omega", 30}};
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N omega) {
    return sin(omega * x);
  }

  template <Number N>
  static Partials<N, 1> partials(N x, N omega) {
    return {omega * cos(omega * x)};
  }
};

}  // namespace torchactiv
