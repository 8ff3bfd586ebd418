#pragma once

#include "ops/card.h"
#include "ops/normal.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Smu : Activation {
  static constexpr Card card{
      .name = "smu",
      .module = "SMU",
      .title = "Smooth maximum unit",
      .family = Family::self_gated,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\frac{1}{2} \left((1 + \alpha) x + (1 - \alpha) x \operatorname{erf}(\mu (1 - \alpha) x)\right))",
      .derivative =
          R"(\frac{1}{2} \left(1 + \alpha + (1 - \alpha) \left(\operatorname{erf}(z) + \frac{2}{\sqrt \pi} z e^{-z^2}\right)\right), \; z = \mu (1 - \alpha) x; \frac{1}{\sqrt \pi} (1 - \alpha)^2 x^2 e^{-z^2})",
      .notes =
          "A smooth leaky_relu of slope alpha for a positive mu; for a negative one, of the smaller of x and alpha x. "
          "The authors start mu from 10^6, where it is leaky_relu but for |x| below 10^-5 and mu has no gradient from "
          "any other x; here it starts from 1, and init= takes theirs. A negative alpha gives it a second zero, near "
          "which floats lose digits.",
      .source =
          "Biswas, Kumar, Banerjee & Pandey 2021, SMU: smooth activation function for deep networks using smoothing "
          "maximum technique, arXiv:2111.04682",
  };
  static constexpr std::array inputs{Input{}, Input{"mu", Role::parameter, 1}};
  static constexpr std::array arguments{Argument{"alpha", 0.25}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr bool floats_where_tabled = true;
  static constexpr double largest_error = 1.1;  // where it is computed in floats

  // w / x with w = sqrt(2) mu (1 - alpha) x. A number type may have factors, and functions, of its own that are faster,
  // by tables (docs/architecture.md).
  template <Number N>
  static auto factors(const N& mu, const N& alpha) {
    if constexpr (requires { normal_mixture_factors(mu, alpha); })
      return normal_mixture_factors(mu, alpha);
    else
      return N(1.41421356237309504880) * mu * (N(1.0) - alpha);
  }
  template <Number N>
  struct Prepared {
    decltype(factors(N(1.0), N(0.0))) of;

    Prepared(const N& mu, const N& alpha) : of(factors(mu, alpha)) {}
  };

  template <Number N>
  static N forward(N x, N mu, N alpha) {
    return forward(x, Prepared<N>(mu, alpha), alpha);
  }
  template <Number N>
  static Partials<N, 2> partials(N x, N mu, N alpha) {
    return partials(x, Prepared<N>(mu, alpha), alpha);
  }

  // x (alpha + (1 - alpha) Phi(w)), Phi being the normal distribution: its left tail is what is left where alpha = 0.
  template <Number N>
  static N forward(N x, const Prepared<N>& prepared, N alpha) {
    if constexpr (requires { tabled_normal_mixture(x, prepared.of); })
      return tabled_normal_mixture(x, prepared.of);
    else
      return scaled(x, fma(N(1.0) - alpha, Normal<N>(scaled(x, prepared.of)).distribution(), alpha));
  }
  template <Number N>
  static Partials<N, 2> partials(N x, const Prepared<N>& prepared, N alpha) {
    if constexpr (requires { tabled_normal_mixture_slopes(x, prepared.of); }) {
      const auto [by_x, by_mu] = tabled_normal_mixture_slopes(x, prepared.of);
      return {by_x, by_mu};
    } else {
      const N rest = N(1.0) - alpha, w = limited(scaled(x, prepared.of), -Normal<N>::farthest, Normal<N>::farthest);
      const Normal<N> normal(w);
      const N density = normal.density(), distance = rest * tame(x, density);
      return {fma(rest, fma(w, density, normal.distribution()), alpha),
              N(1.41421356237309504880) * distance * (distance * density)};
    }
  }
};

}  // namespace torchactiv
