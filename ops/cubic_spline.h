#pragma once

#include <array>
#include <limits>

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

constexpr Objection too_few_for_cubic_spline(int coefficients) {
  if (coefficients >= 4) return {};
  return {.reason = "coefficients must have at least 4 elements, those of one interval"};
}

constexpr Objection empty_grid(double low, double high) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!(low < high)) return {.reason = "low must be less than high", .value_error = true};
  if (!(-infinity < low && high < infinity)) return {.reason = "low and high must be finite", .value_error = true};
  return {};
}

// The cubic basis splines over a uniform grid from low to high: n of them for n - 3 intervals. The k-th is not zero
// between the grid points k - 3 and k + 1, which lie outside of the grid for the first and the last ones.
template <Number N>
class CubicBasis {
 public:
  CubicBasis(const N& x, const N& low, const N& high, std::size_t n)
      : density_(N(static_cast<double>(n - 3)) / (high - low)),
        scaled_(x * density_),
        offset_(N(1.0) - low * density_) {}

  // (2 - s)^3 / 6 - 4 (1 - s)^3 / 6 of the distance s to its middle, the terms that are positive.
  N value(std::size_t k) const {
    const auto [outer, inner] = inside(k);
    return (outer * outer * outer - N(4.0) * (inner * inner * inner)) * N(1.0 / 6);
  }
  N slope(std::size_t k) const {
    const auto [outer, inner] = inside(k);
    // At x = middle the slope is that of the right side, for -0 as well.
    const N away = select(scaled_ + offset(k) < N(0.0), -density_, density_);
    return away * (N(2.0) * (inner * inner) - N(0.5) * (outer * outer));
  }

 private:
  // Of the middle from x, in intervals, but for x.
  N offset(std::size_t k) const { return offset_ - N(static_cast<double>(k)); }

  // 2 - s and 1 - s, or 0: from the ends of the spline and of its middle part, which keeps all digits beside them.
  std::array<N, 2> inside(std::size_t k) const {
    const N middle = offset(k);
    const Mask<N> left = scaled_ + middle < N(0.0);
    const N towards = select(left, scaled_, -scaled_), from = select(left, middle, -middle);
    return {at_least(towards + (from + N(2.0)), N(0.0)), at_least(towards + (from + N(1.0)), N(0.0))};
  }

  N density_, scaled_, offset_;
};

}  // namespace torchactiv
