// Vector mathematics within its bounds, on every instruction set of this CPU.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "tests/cpp/vector/gate_bounds.h"
#include "tests/cpp/vector/instruction_sets.h"

namespace vector_test {
namespace {

// Half of them evenly spread, half with sizes that are, both over the range.
std::vector<double> samples(Range range, bool single, std::uint64_t seed) {
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

double error(Real result, Real exact, Unit unit, Precision precision) {
  const Real distance = std::fabs(result - exact);
  if (distance == 0) return 0;
  if (unit == Unit::absolute) return static_cast<double>(distance);
  if (unit == Unit::relative) return static_cast<double>(distance / std::fabs(exact));
  const int exponent =
      std::max(exact == 0 ? precision.smallest_exponent : std::ilogb(exact), precision.smallest_exponent);
  return static_cast<double>(std::ldexp(distance, precision.bits - 1 - exponent));
}

void expect_bounds(std::span<const Function> functions, std::span<const Row> rows, Precision precision) {
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

class Accuracy : public EveryInstructionSet {};

TEST_P(Accuracy, OfFloats) {
  expect_bounds(instructions().of_floats, of_floats, single_precision);
  if (!instructions().fused_float) expect_bounds(instructions().of_floats, of_doubled_floats, single_precision);
}
TEST_P(Accuracy, OfGates) {
  if (!instructions().fused_float) GTEST_SKIP() << "no fused multiply-add";
  expect_bounds(instructions().of_gates, of_gates, single_precision);
}
TEST_P(Accuracy, OfTables) {
  if (instructions().of_tables.empty()) GTEST_SKIP() << "no tables in registers";
  expect_bounds(instructions().of_tables, of_tables, single_precision);
}
TEST_P(Accuracy, OfDoubles) { expect_bounds(instructions().of_doubles, of_doubles, double_precision); }

// Each size takes other pieces of 1 / pi.
TEST_P(Accuracy, OfAnglesOfEverySize) {
  std::mt19937_64 generator(3);
  std::uniform_real_distribution<double> significand(1, 2);
  for (int exponent = 12; exponent < 1024; ++exponent) {
    std::vector<double> x(128);
    for (double& angle : x) angle = std::ldexp(significand(generator), exponent);
    const auto expect = [&](const char* name, Real (*exact)(Real, Real), Unit unit, double bound) {
      const auto results = InstructionSet::run(instructions().of_doubles, name, x, x);
      for (std::size_t i = 0; i < x.size(); ++i)
        ASSERT_LE(error(results[i], exact(x[i], 0), unit, double_precision), bound) << name << " of " << x[i];
    };
    expect("sin", sine, Unit::ulp, sine_bound);
    expect("cos", cosine, Unit::ulp, sine_bound);
    if (exponent >= 300) continue;
    expect("single sin", sine, Unit::relative, single_sine_bound);
    expect("single cos", cosine, Unit::relative, single_sine_bound);
  }
}

FOR_EVERY_INSTRUCTION_SET(Accuracy);

}  // namespace
}  // namespace vector_test
