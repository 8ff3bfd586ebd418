#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct SinLu : Activation {
  static constexpr Card card{
      .name = "sinlu",
      .module = "SinLU",
      .title = "Sinu-sigmoidal linear unit",
      .family = Family::periodic,
      .properties = {.smooth = true, .both_signs = true},
      .formula = R"((x + a \sin(b x)) \, \sigma(x))",
      .derivative =
          R"((1 + a b \cos(b x) + (x + a \sin(b x)) (1 - s)) s, \; s = \sigma(x); \sin(b x) s; a x \cos(b x) s)",
      .notes = "f(-inf) = -0, the limit.",
      .source = "Paul, Bandyopadhyay, Yoon, Geem & Sarkar 2022, SinLU: Sinu-Sigmoidal Linear Unit, Mathematics 10(3)",
  };
  static constexpr std::array inputs{Input{}, Input{"a", Role::parameter, 1}, Input{"b", Role::parameter, 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  template <Number N>
  static N forward(N x, N a, N b) {
    const N wave = x + a * fine_sin(b * finite_factor(x));
    return scaled(wave, Logistic<N>(x).value);
  }

  // On the right the slopes oscillate without a limit.
  template <Number N>
  static Partials<N, 3> partials(N x, N a, N b) {
    const Logistic<N> s(x);
    const N inside = at_least(x, N(least)), angle = b * inside, sine = sin(angle), scaled_cosine = a * cos(angle);
    const N slope = fma(b, scaled_cosine, fma(fma(a, sine, inside), s.complement, N(1.0)));
    return {slope * s.value, sine * s.value, tame(x, s.value) * scaled_cosine * s.value};
  }

 private:
  static constexpr double least = -1e39;  // below all floats; stands for -infinity, which has no sine
};

}  // namespace torchactiv
