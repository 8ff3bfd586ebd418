// Vector mathematics within its bounds, on every instruction set of this CPU.
#include <cmath>
#include <numbers>
#include <random>

#include "tests/cpp/vector/expect_bounds.h"
#include "tests/cpp/vector/gate_bounds.h"
#include "tests/cpp/vector/instruction_sets.h"

namespace vector_test {
namespace {

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
