// Functions of vectors at many numbers, against their bounds.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "tests/cpp/vector/bounds.h"
#include "tests/cpp/vector/functions.h"

namespace vector_test {

// Half of them evenly spread, half with sizes that are, both over the range.
inline std::vector<double> samples(Range range, bool single, std::uint64_t seed) {
  constexpr int count = 1 << 17;
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> even(range.low, range.high), exponent(-16, 1);
  const double reach = std::log2(std::max(std::fabs(range.low), std::fabs(range.high)));
  std::vector<double> result(count);
  for (int i = 0; i < count; ++i) {
    double value = even(generator);
    if (i % 2 == 0) value = std::copysign(std::exp2(std::min(reach, reach + exponent(generator))), value);
    value = std::clamp(value, range.low, range.high);
    result[i] = single ? static_cast<float>(value) : value;
  }
  return result;
}

inline double error(Real result, Real exact, Unit unit, Precision precision) {
  const Real distance = std::fabs(result - exact);
  if (distance == 0) return 0;
  if (std::isnan(distance)) return std::numeric_limits<double>::infinity();
  if (unit == Unit::absolute) return static_cast<double>(distance);
  if (unit == Unit::relative) return static_cast<double>(distance / std::fabs(exact));
  const int exponent =
      std::max(exact == 0 ? precision.smallest_exponent : std::ilogb(exact), precision.smallest_exponent);
  return static_cast<double>(std::ldexp(distance, precision.bits - 1 - exponent));
}

// That no function is farther from the exact one than its rows allow.
inline void expect_bounds(std::span<const Function> functions, std::span<const Row> rows, Precision precision) {
  for (const Row& row : rows) {
    const bool single = precision.bits == single_precision.bits;
    const auto x = samples(row.x, single, 1), y = samples(row.y, single, 2);
    const auto results = InstructionSet::run(functions, row.function, x, y);
    std::size_t worst = 0;
    double largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double candidate = error(results[i], row.exact(x[i], y[i]), row.unit, precision);
      if (candidate <= largest) continue;
      worst = i;
      largest = candidate;
    }
    EXPECT_LE(largest, row.bound) << row.function << " at x = " << x[worst] << ", y = " << y[worst];
  }
}

}  // namespace vector_test
