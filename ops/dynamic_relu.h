#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/same_counts.h"
#include "ops/tame.h"

namespace torchactiv {

struct DynamicRelu : Activation {
  static constexpr Card card{
      .name = "dynamic_relu",
      .module = "MaxAffine",
      .title = "Largest of affine functions",
      .family = Family::rectifier,
      .properties = {.monotonic = true},
      .formula = R"(\max_k(\text{slopes}_k x + \text{intercepts}_k))",
      .derivative =
          R"(\text{slopes}_k, \; k \text{ the line that is largest}; x \text{ for that line}, 0 \text{ for others}; 1 \text{ for that line}, 0 \text{ for others})",
      .notes =
          "Where lines are equal the derivative is that of the first of them. DynamicReLU computes the coefficients "
          "from the input; MaxAffine learns them, and starts as relu.",
      .source = "Chen, Dai, Liu, Chen, Yuan & Liu 2020, Dynamic ReLU, arXiv:2003.10027, equation 1",
  };
  static constexpr std::array slopes_initials{1.0, 0.0}, intercepts_initials{0.0, 0.0};
  static constexpr std::array inputs{Input{}, Input{"slopes", Role::coefficients, 0, slopes_initials},
                                     Input{"intercepts", Role::coefficients, 0, intercepts_initials}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr Objection objection_to_counts(std::span<const int> counts) {
    return same_counts(counts, "slopes and intercepts must have as many pieces as each other, and one at least");
  }

  // NaN where any line is, which the larger of two would pass over.
  template <Number N>
  static N forward(N x, Coefficients<N> slopes, Coefficients<N> intercepts) {
    N value = line(x, slopes[0], intercepts[0]);
    for (std::size_t k = 1; k < slopes.size(); ++k) {
      const N other = line(x, slopes[k], intercepts[k]);
      value = select(other <= other, at_least(value, other), other);
    }
    if constexpr (NumberTraits<N>::has_spare_range) return value;
    const Largest<N> largest(x, slopes, intercepts);
    return select(value <= value, line(x, largest.slope, largest.intercept), value);
  }

  template <Number N>
  static void partials(N* results, N x, Coefficients<N> slopes, Coefficients<N> intercepts) {
    scaled_partials(results, one_like(x), x, slopes, intercepts);
  }
  template <Number N>
  static void scaled_partials(N* results, N scale, N x, Coefficients<N> slopes, Coefficients<N> intercepts) {
    const Largest<N> largest(x, slopes, intercepts);
    const N zero = zero_like(x), of_slope = unbounded_product(x, scale), of_intercept = scale + zero;
    results[0] = largest.slope * of_intercept;
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      const Mask<N> is_largest = abs(largest.index - N(static_cast<double>(k))) < N(0.5);
      results[1 + k] = select(is_largest, of_slope, zero);
      results[1 + slopes.size() + k] = select(is_largest, of_intercept, zero);
    }
  }

 private:
  static constexpr double much = 1e200;  // stands for infinity: beside its product with a slope no intercept counts

  template <Number N>
  static N line(const N& x, const N& slope, const N& intercept) {
    return fma(tame(x, slope), slope, intercept);
  }

  // At an infinity the slopes decide.
  template <Number N>
  struct Largest {
    N slope, intercept, index{0.0};

    Largest(const N& x, Coefficients<N> slopes, Coefficients<N> intercepts)
        : slope(slopes[0]), intercept(intercepts[0]) {
      const N finite = limited(x, -much, much);
      N value = line(finite, slope, intercept);
      for (std::size_t k = 1; k < slopes.size(); ++k) {
        const N other = line(finite, slopes[k], intercepts[k]);
        const Mask<N> larger = value < other;
        value = select(larger, other, value);
        slope = select(larger, slopes[k], slope);
        intercept = select(larger, intercepts[k], intercept);
        index = select(larger, N(static_cast<double>(k)), index);
      }
    }
  };
};

}  // namespace torchactiv
