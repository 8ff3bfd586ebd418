// What is exact: comparisons, selections, signs and powers of two, at special values as well.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "tests/cpp/vector/gate_bounds.h"
#include "tests/cpp/vector/instruction_sets.h"

namespace vector_test {
namespace {

using limits = std::numeric_limits<double>;

struct ExactRow {
  const char* function;
  double (*exact)(double x, double y);
};

constexpr ExactRow exact[] = {
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
// Of a y that is not NaN.
constexpr ExactRow limiting[] = {
    {"at_least", [](double x, double y) { return x < y ? y : x; }},
    {"at_most", [](double x, double y) { return x > y ? y : x; }},
};
constexpr ExactRow powers[] = {
    {"power_of_two", [](double x, double) { return std::ldexp(1, static_cast<int>(x)); }},
    {"times_power_of_two", [](double x, double y) { return std::ldexp(x, static_cast<int>(y)); }},
    {"times_small_power_of_two", [](double x, double y) { return std::ldexp(x, static_cast<int>(y)); }},
};

TEST(EveryFunction, HasABoundOrIsExact) {
  const auto expect_rows = [](std::span<const Function> functions, std::span<const Row> bounds) {
    for (const Function& function : functions) {
      const auto in = [&](const auto& rows) {
        return std::ranges::any_of(rows, [&](const auto& row) { return row.function == function.name; });
      };
      EXPECT_TRUE(in(bounds) || in(exact) || in(limiting) || in(powers)) << "nothing is expected of " << function.name;
    }
  };
  for (const InstructionSet* instructions : instruction_sets()) {
    expect_rows(instructions->of_floats, of_floats);
    expect_rows(instructions->of_gates, of_gates);
    expect_rows(instructions->of_tables, of_tables);
    expect_rows(instructions->of_doubles, of_doubles);
  }
}

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
    for (const ExactRow& row : exact) {
      const auto results = InstructionSet::run(functions, row.function, x, y);
      for (std::size_t i = 0; i < x.size(); ++i)
        EXPECT_TRUE(same(results[i], row.exact(x[i], y[i]))) << row.function << " of " << x[i] << " and " << y[i];
    }
  });
}

TEST_P(SpecialValues, OfLimitingFunctions) {
  for_both_types(instructions(), [](std::span<const Function> functions, const std::vector<double>& values) {
    const std::vector<double> limit(values.size(), 0.5);
    for (const ExactRow& row : limiting) {
      const auto results = InstructionSet::run(functions, row.function, values, limit);
      for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_TRUE(same(results[i], row.exact(values[i], 0.5))) << row.function << " of " << values[i];
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

struct Value {
  const char* function;
  double x, expected, tolerance;  // relative
};

TEST_P(SpecialValues, OfTranscendentalFunctions) {
  const double infinity = limits::infinity(), nan = limits::quiet_NaN(), half_pi = std::numbers::pi / 2;
  const double small = std::numeric_limits<float>::min(), large = std::numeric_limits<float>::max();
  const Value values[] = {
      {"sqrt", 0, 0, 0},
      {"sqrt", infinity, infinity, 0},
      {"sqrt", nan, nan, 0},
      {"log1p", 0, 0, 0},
      {"log1p", small, small, 1e-6},
      {"log1p", large, std::log(large), 1e-6},
      {"log1p", infinity, infinity, 0},
      {"log1p", nan, nan, 0},
      {"erfcx", 0, 1, 1e-6},
      {"erfcx", large, std::numbers::inv_sqrtpi / large, 1e-6},
      {"erfcx", infinity, 0, 0},
      {"erfcx", nan, nan, 0},
      {"erfcx_slope", 0, -2 * std::numbers::inv_sqrtpi, 2e-6},
      {"erfcx_slope", nan, nan, 0},
      {"erf", 0.0, 0.0, 0},
      {"erf", -0.0, -0.0, 0},
      {"erf", -small, -small * 2 * std::numbers::inv_sqrtpi, 1e-6},
      {"erf", large, 1, 0},
      {"erf", infinity, 1, 0},
      {"erf", -infinity, -1, 0},
      {"erf", nan, nan, 0},
      {"sin", 0.0, 0.0, 0},
      {"sin", -0.0, -0.0, 0},
      {"sin", small, small, 1e-6},
      {"sin", large, std::sin(large), 1e-6},
      {"sin", infinity, nan, 0},
      {"sin", -infinity, nan, 0},
      {"sin", nan, nan, 0},
      {"cos", 0, 1, 1e-6},
      {"cos", large, std::cos(large), 1e-6},
      {"cos", infinity, nan, 0},
      {"cos", nan, nan, 0},
      {"atan", 0.0, 0.0, 0},
      {"atan", -0.0, -0.0, 0},
      {"atan", -small, -small, 1e-6},
      {"atan", large, half_pi, 1e-6},
      {"atan", infinity, half_pi, 1e-6},
      {"atan", -infinity, -half_pi, 1e-6},
      {"atan", nan, nan, 0},
  };
  const auto expect = [&](std::span<const Function> functions, const std::string& prefix) {
    for (const auto& [function, x, expected, tolerance] : values) {
      // Among others: a NaN or a far number must not keep its neighbours from being right.
      const std::vector<double> among{1, x, 1, nan, 1};
      const auto results = InstructionSet::run(functions, prefix + function, among, among);
      if (tolerance == 0)
        EXPECT_TRUE(same(results[1], expected)) << prefix << function << " of " << x << " is " << results[1];
      else
        EXPECT_NEAR(results[1], expected, tolerance * std::fabs(expected)) << prefix << function << " of " << x;
      const auto alone = InstructionSet::run(functions, prefix + function, {1}, {1});
      for (const int i : {0, 2, 4}) EXPECT_EQ(results[i], alone[0]) << prefix << function << " beside " << x;
    }
  };
  expect(instructions().of_floats, "");
  expect(instructions().of_floats, "short ");
  expect(instructions().of_doubles, "");
  expect(instructions().of_doubles, "single ");
}

TEST_P(SpecialValues, OfTheLargestDoubles) {
  const double largest = limits::max(), infinity = limits::infinity();
  const auto run = [&](const char* name, double x) {
    return InstructionSet::run(instructions().of_doubles, name, {x}, {x})[0];
  };
  EXPECT_DOUBLE_EQ(run("log1p", largest), std::log(largest));
  EXPECT_DOUBLE_EQ(run("sin", largest), std::sin(largest));
  EXPECT_TRUE(std::isnan(run("sin", infinity)));
  EXPECT_TRUE(std::isnan(run("cos", -infinity)));
  EXPECT_EQ(run("erf", largest), 1);
  EXPECT_DOUBLE_EQ(run("atan", largest), std::atan(infinity));
  EXPECT_DOUBLE_EQ(run("erfcx", 1e300), std::numbers::inv_sqrtpi / 1e300);
}

// Of all doubles, the one that is nearest to a zero of cos (Kahan 1983).
TEST_P(SpecialValues, OfTheDoubleNearestToAZero) {
  const double nearest = std::ldexp(6381956970095103, 797), exact = -4.687165924254628e-19;
  for (const double x : {nearest, -nearest}) {
    EXPECT_DOUBLE_EQ(InstructionSet::run(instructions().of_doubles, "cos", {x}, {x})[0], exact);
  }
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
  const auto expect = [&](const ExactRow& row, const std::vector<double>& x, const std::vector<double>& y) {
    const auto results = InstructionSet::run(functions, row.function, x, y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = row.exact(x[i], y[i]);
      EXPECT_EQ(results[i], bits == 24 ? static_cast<float>(expected) : expected)
          << row.function << " of " << x[i] << " and " << y[i];
    }
  };
  const auto& [power_of_two, times_power_of_two, times_small_power_of_two] = powers;
  std::vector<double> exponents;
  for (int n = smallest; n <= largest; ++n) exponents.push_back(n);
  expect(power_of_two, exponents, exponents);

  std::erase_if(exponents, [](double n) { return n > 0; });
  expect(times_power_of_two, std::vector(exponents.size(), -1.5), exponents);

  // Into the denormals and below them, with a significand whose last bits are lost there.
  std::vector<double> small;
  for (int n = 0; n >= 2 * smallest; --n) small.push_back(n);
  expect(times_small_power_of_two, std::vector(small.size(), 2 - std::ldexp(1, 1 - bits)), small);
}

TEST_P(SpecialValues, OfPowersOfTwo) {
  expect_powers(instructions().of_floats, -126, 127, 24);
  expect_powers(instructions().of_doubles, -1022, 1023, 53);
}

FOR_EVERY_INSTRUCTION_SET(SpecialValues);

}  // namespace
}  // namespace vector_test
