// What is exact: comparisons, selections, signs and powers of two, at special values as well.
#include <bit>
#include <cmath>
#include <limits>

#include "tests/cpp/vector/instruction_sets.h"

namespace vector_test {
namespace {

using limits = std::numeric_limits<double>;

struct Row {
  const char* function;
  double (*exact)(double x, double y);
};

constexpr Row exact[] = {
    {"negative", [](double x, double) { return -x; }},
    {"<", [](double x, double y) { return x < y ? 1.0 : 0.0; }},
    {"<=", [](double x, double y) { return x <= y ? 1.0 : 0.0; }},
    {">", [](double x, double y) { return x > y ? 1.0 : 0.0; }},
    {"==", [](double x, double y) { return x == y ? 1.0 : 0.0; }},
    {"abs", [](double x, double) { return std::fabs(x); }},
    {"copysign", [](double x, double y) { return std::copysign(x, y); }},
    {"maximum_or_second", [](double x, double y) { return x > y ? x : y; }},
    {"minimum_or_second", [](double x, double y) { return x < y ? x : y; }},
};

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// Calls function(all pairs of special values as x and y, run(name)).
template <class Test>
void for_both_types(const InstructionSet& instructions, Test test) {
  using floats = std::numeric_limits<float>;
  const double nan = limits::quiet_NaN(), infinity = limits::infinity();
  test(instructions.of_floats, {nan, infinity, -infinity, 0.0, -0.0, 1, -1, floats::denorm_min(), -floats::denorm_min(),
                                floats::min(), floats::max(), -floats::max()});
  test(instructions.of_doubles, {nan, infinity, -infinity, 0.0, -0.0, 1, -1, limits::denorm_min(),
                                 -limits::denorm_min(), limits::min(), limits::max(), -limits::max()});
}

class SpecialValues : public EveryInstructionSet {};

TEST_P(SpecialValues, OfExactFunctions) {
  for_both_types(instructions(), [](std::span<const Function> functions, const std::vector<double>& values) {
    std::vector<double> x, y;
    for (const double a : values)
      for (const double b : values) x.push_back(a), y.push_back(b);
    for (const Row& row : exact) {
      const auto results = InstructionSet::run(functions, row.function, x, y);
      for (std::size_t i = 0; i < x.size(); ++i)
        EXPECT_TRUE(same(results[i], row.exact(x[i], y[i]))) << row.function << " of " << x[i] << " and " << y[i];
    }
  });
}

TEST_P(SpecialValues, OfBounds) {
  for_both_types(instructions(), [](std::span<const Function> functions, const std::vector<double>& values) {
    const std::vector<double> bounds(values.size(), 0.5);
    const auto least = InstructionSet::run(functions, "at_least", values, bounds);
    const auto most = InstructionSet::run(functions, "at_most", values, bounds);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_TRUE(same(least[i], values[i] < 0.5 ? 0.5 : values[i])) << values[i];
      EXPECT_TRUE(same(most[i], values[i] > 0.5 ? 0.5 : values[i])) << values[i];
    }
  });
}

TEST_P(SpecialValues, OfTheSigmoid) {
  for_both_types(instructions(), [](std::span<const Function> functions, const std::vector<double>& values) {
    const auto results = InstructionSet::run(functions, "sigmoid", values, values);
    EXPECT_TRUE(std::isnan(results[0]));
    EXPECT_EQ(results[1], 1);
    EXPECT_TRUE(same(results[2], 0));
    EXPECT_EQ(results[3], 0.5);
  });
}

// Within the limits that ops/number.h names; what exceeds those the formulas cut off.
TEST_P(SpecialValues, NaNStays) {
  for_both_types(instructions(), [](std::span<const Function> functions, const std::vector<double>& values) {
    for (const char* name : {"exp", "sigmoid", "expm1", "exponential value", "exponential restored",
                             "exponential plus 1", "rising exponential value", "rising exponential restored"})
      EXPECT_TRUE(std::isnan(InstructionSet::run(functions, name, {values[0]}, {1})[0])) << name;
  });
}

void expect_powers(std::span<const Function> functions, int smallest, int largest, int bits) {
  std::vector<double> exponents, ones;
  for (int n = smallest; n <= largest; ++n) {
    exponents.push_back(n);
    ones.push_back(-1.5);
  }
  const auto powers = InstructionSet::run(functions, "power_of_two", exponents, ones);
  for (std::size_t i = 0; i < powers.size(); ++i)
    EXPECT_EQ(powers[i], std::ldexp(1, static_cast<int>(exponents[i]))) << exponents[i];

  std::erase_if(exponents, [](double n) { return n > 0; });
  ones.resize(exponents.size());
  const auto multiples = InstructionSet::run(functions, "times_power_of_two", ones, exponents);
  for (std::size_t i = 0; i < multiples.size(); ++i)
    EXPECT_EQ(multiples[i], std::ldexp(-1.5, static_cast<int>(exponents[i]))) << exponents[i];

  // Into the denormals and below them, with a significand whose last bits are lost there.
  const double full = 2 - std::ldexp(1, 1 - bits);
  std::vector<double> small;
  for (int n = 0; n >= 2 * smallest; --n) small.push_back(n);
  const auto tiny = InstructionSet::run(functions, "times_small_power_of_two", std::vector(small.size(), full), small);
  for (std::size_t i = 0; i < tiny.size(); ++i) {
    const double expected = bits == 24 ? static_cast<float>(std::ldexp(full, static_cast<int>(small[i])))
                                       : std::ldexp(full, static_cast<int>(small[i]));
    EXPECT_EQ(tiny[i], expected) << small[i];
  }
}

TEST_P(SpecialValues, OfPowersOfTwo) {
  expect_powers(instructions().of_floats, -126, 127, 24);
  expect_powers(instructions().of_doubles, -1022, 1023, 53);
}

FOR_EVERY_INSTRUCTION_SET(SpecialValues);

}  // namespace
}  // namespace vector_test
