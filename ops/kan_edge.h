#pragma once

#include "ops/card.h"
#include "ops/cubic_spline.h"
#include "ops/number.h"
#include "ops/silu.h"
#include "ops/tame.h"

namespace torchactiv {

struct KanEdge : Activation {
  static constexpr Card card{
      .name = "kan_edge",
      .module = "KANEdge",
      .title = "Edge of a Kolmogorov-Arnold network",
      .family = Family::other,
      .properties = {.both_signs = true},
      .formula = R"(w_b \, x \, \sigma(x) + w_s \sum_k c_k B_k(x))",
      .derivative =
          R"(w_b \, \sigma(x) (1 + x (1 - \sigma(x))) + w_s \sum_k c_k B_k'(x); w_s B_k(x); x \, \sigma(x); \sum_k c_k B_k(x))",
      .notes =
          "silu and a cubic spline, see bspline, with weights w_b and w_s. The spline starts from 0, so that the whole "
          "starts as silu.",
      .source = "Liu et al. 2024, KAN: Kolmogorov-Arnold Networks, arXiv:2404.19756, equation 2.10",
  };
  static constexpr std::array<double, 8> coefficients_initials{};
  static constexpr std::array inputs{Input{}, Input{"coefficients", Role::coefficients, 0, coefficients_initials},
                                     Input{"base_weight", Role::parameter, 1},
                                     Input{"spline_weight", Role::parameter, 1}};
  static constexpr std::array arguments{Argument{"low", -1}, Argument{"high", 1}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr Objection objection(double low, double high) { return empty_grid(low, high); }
  static constexpr Objection objection_to_counts(std::span<const int> counts) {
    return too_few_for_cubic_spline(counts[1]);
  }

  template <Number N>
  static N forward(N x, Coefficients<N> coefficients, N base_weight, N spline_weight, N low, N high) {
    const CubicBasis<N> basis(x, low, high, coefficients.size());
    N spline(0.0);
    for (std::size_t k = 0; k < coefficients.size(); ++k) spline = fma(coefficients[k], basis.value(k), spline);
    return fma(spline_weight, spline, scaled(fine_silu(x), base_weight));
  }

  template <Number N>
  static void partials(N* slopes, N x, Coefficients<N> coefficients, N base_weight, N spline_weight, N low, N high) {
    const CubicBasis<N> basis(x, low, high, coefficients.size());
    N spline(0.0), spline_slope(0.0);
    for (std::size_t k = 0; k < coefficients.size(); ++k) {
      const N value = basis.value(k);
      spline = fma(coefficients[k], value, spline);
      spline_slope = fma(coefficients[k], basis.slope(k), spline_slope);
      slopes[1 + k] = spline_weight * value;
    }
    slopes[0] = fma(base_weight, Silu::partials(x)[0], spline_weight * spline_slope);
    slopes[1 + coefficients.size()] = fine_silu(x);
    slopes[2 + coefficients.size()] = spline;
  }

 private:
  static constexpr double underflow = -745.1332191019412;  // where e^x becomes 0 in double

  // silu to all digits of the type that N is computed in: a spline may cancel it.
  template <Number N>
  static N fine_silu(const N& x) {
    const N inside = limited(x, underflow, -underflow), one(1.0);
    const N e = fine_exp(-abs(inside));
    const N value = inside * select(inside < N(0.0), e, one) / (one + e);
    return select(x > N(-underflow), x, select(x < N(underflow), N(0.0), value));
  }
};

}  // namespace torchactiv
