#pragma once

#include "ops/card.h"
#include "ops/cubic_spline.h"
#include "ops/number.h"

namespace torchactiv {

struct BSpline : Activation {
  static constexpr Card card{
      .name = "bspline",
      .module = "BSpline",
      .title = "Cubic spline over a uniform grid",
      .family = Family::other,
      .properties = {.bounded = true, .both_signs = true},
      .formula = R"(\sum_k c_k B_k(x))",
      .derivative = R"(\sum_k c_k B_k'(x); B_k(x))",
      .notes =
          "B_k are the cubic basis splines over n - 3 intervals from low to high, for n coefficients. Beyond the grid "
          "the function falls to 0 within three intervals. It starts near the identity on the grid.",
      .source = "Liu et al. 2024, KAN: Kolmogorov-Arnold Networks, arXiv:2404.19756, section 2.2",
  };
  // Those of the identity on a grid from -1 to 1 of five intervals.
  static constexpr std::array coefficients_initials{-1.4, -1.0, -0.6, -0.2, 0.2, 0.6, 1.0, 1.4};
  static constexpr std::array inputs{Input{}, Input{"coefficients", Role::coefficients, 0, coefficients_initials}};
  static constexpr std::array arguments{Argument{"low", -1}, Argument{"high", 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr Objection objection(double low, double high) { return empty_grid(low, high); }
  static constexpr Objection objection_to_counts(std::span<const int> counts) {
    return too_few_for_cubic_spline(counts[1]);
  }

  template <Number N>
  static N forward(N x, Coefficients<N> coefficients, N low, N high) {
    const CubicBasis<N> basis(x, low, high, coefficients.size());
    N sum(0.0);
    for (std::size_t k = 0; k < coefficients.size(); ++k) sum = fma(coefficients[k], basis.value(k), sum);
    return sum;
  }

  template <Number N>
  static void partials(N* slopes, N x, Coefficients<N> coefficients, N low, N high) {
    const CubicBasis<N> basis(x, low, high, coefficients.size());
    slopes[0] = N(0.0);
    for (std::size_t k = 0; k < coefficients.size(); ++k) {
      slopes[0] = fma(coefficients[k], basis.slope(k), slopes[0]);
      slopes[1 + k] = basis.value(k);
    }
  }
};

}  // namespace torchactiv
