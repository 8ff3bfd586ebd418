#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Smu1 : Activation {
  static constexpr Card card{
      .name = "smu1",
      .module = "SMU1",
      .title = "Smooth maximum unit by a square root",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\frac{1}{2} \left((1 + \alpha) x + \sqrt{(1 - \alpha)^2 x^2 + \mu^2}\right))",
      .derivative =
          R"(\frac{1}{2} \left(1 + \alpha + \frac{(1 - \alpha)^2 x}{q}\right), \; q = \sqrt{(1 - \alpha)^2 x^2 + \mu^2}; \frac{\mu}{2 q})",
      .notes =
          "A smooth leaky_relu of slope alpha, which it is with mu = 0. The authors start mu from "
          "4.352665993287951e-9, "
          "where only an x as small as that tells the two apart; here it starts from 1, and init= takes theirs.",
      .source =
          "Biswas, Kumar, Banerjee & Pandey 2021, SMU: smooth activation function for deep networks using smoothing "
          "maximum technique, arXiv:2111.04682",
  };
  static constexpr std::array inputs{Input{}, Input{"mu", Role::parameter, 1}};
  static constexpr std::array arguments{Argument{"alpha", 0.25}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;

  // alpha x + (r + q) / 2 with r = (1 - alpha) x, which is mu^2 / (2 (q - r)) where r is negative.
  template <Number N>
  static N forward(N x, N mu, N alpha) {
    const N r = scaled(x, N(1.0) - alpha), q = root(r, mu);
    const N left = fma(alpha, tame(x, alpha), N(0.5) * mu * (mu / at_least(q - r, N(1e-300))));
    return select(r < N(0.0), left, N(0.5) * (scaled(x, N(1.0) + alpha) + q));
  }

  // The half that multiplies 1 - alpha is mu^2 / (2 q (q + |r|)) where r is negative, and (q + r)^2 over the same.
  template <Number N>
  static Partials<N, 2> partials(N x, N mu, N alpha) {
    const N rest = N(1.0) - alpha, r = squarable(scaled(x, rest)), any_q = root(r, mu), q = at_least(any_q, N(least));
    const N larger = q + abs(r), inverse = N(0.5) / (q * larger), sum = q + r;
    const N half = select(r < N(0.0), mu * inverse * mu, sum * inverse * sum);
    const Mask<N> kink = any_q < N(least);
    return {fma(rest, constant_where(kink, half), alpha), constant_where(kink, mu * inverse * larger)};
  }

 private:
  static constexpr double least = 1e-150;  // below, where x and mu are 0, slopes have no derivatives
  static constexpr double much = 1e100;    // beside its square that of any float is nothing

  // Beyond `much` the square may overflow a double.
  template <Number N>
  static N squarable(const N& r) {
    if constexpr (NumberTraits<N>::has_spare_range) return r;
    return limited(r, -much, much);
  }
  template <Number N>
  static N root(const N& r, const N& mu) {
    const N inside = squarable(r), q = sqrt(fma(inside, inside, mu * mu));
    if constexpr (NumberTraits<N>::has_spare_range) return q;
    return select(abs(r) > N(much), abs(r), q);
  }
};

}  // namespace torchactiv
