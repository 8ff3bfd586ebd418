#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct Polynomial : Activation {
  static constexpr Card card{
      .name = "polynomial",
      .module = "Polynomial",
      .title = "Polynomial",
      .aliases = "slaf",
      .family = Family::other,
      .properties = {.monotonic = true, .smooth = true, .both_signs = true},
      .formula = R"(\sum_{k \geq 0} c_k x^k)",
      .derivative = R"(\sum_{k \geq 1} k \, c_k x^{k-1}; x^k)",
      .notes = "At an infinity it is the limit. It starts as the identity, with four coefficients.",
      .source =
          "Goyal, Goyal & Lall 2019, Learning Activation Functions: A New Paradigm for Understanding Neural "
          "Networks, arXiv:1906.09529",
  };
  static constexpr std::array coefficients_initials{0.0, 1.0, 0.0, 0.0};
  static constexpr std::array inputs{Input{}, Input{"coefficients", Role::coefficients, 0, coefficients_initials}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr Objection objection_to_counts(std::span<const int> counts) {
    if (counts[1] > 0) return {};
    return {.reason = "coefficients must have at least one element"};
  }

  template <Number N>
  static N forward(N x, Coefficients<N> coefficients) {
    N sum = coefficients.back() + zero_like(x);
    for (std::size_t k = coefficients.size() - 1; k-- > 0;) sum = scaled_plus(x, sum, coefficients[k]);
    return sum;
  }

  template <Number N>
  static void partials(N* slopes, N x, Coefficients<N> coefficients) {
    powers_from(one_like(x), slopes + 1, x, coefficients);
    slopes[0] = slope(x, coefficients);
  }
  template <Number N>
  static void scaled_partials(N* slopes, N scale, N x, Coefficients<N> coefficients) {
    powers_from(scale * one_like(x), slopes + 1, x, coefficients);
    slopes[0] = slope(x, coefficients) * scale;
  }

 private:
  template <Number N>
  static void powers_from(N power, N* powers, const N& x, Coefficients<N> coefficients) {
    for (std::size_t k = 0; k < coefficients.size(); ++k) {
      powers[k] = power;
      power = unbounded_product(power, x);
    }
  }

  template <Number N>
  static N slope(const N& x, Coefficients<N> coefficients) {
    N slope = zero_like(x);
    for (std::size_t k = coefficients.size(); k-- > 1;)
      slope = scaled_plus(x, slope, N(static_cast<double>(k)) * coefficients[k]);
    return slope;
  }
};

}  // namespace torchactiv
