// What is written for AVX-512, on any processor: its vectors are loops over their lanes here.
#include <bit>
#include <cmath>
#include <limits>

#include "tests/cpp/vector/expect_bounds.h"
#include "tests/cpp/vector/gate_bounds.h"

namespace torchactiv::avx512 {
extern const vector_test::InstructionSet tested_functions;
}

namespace vector_test {
namespace {

const InstructionSet& tested = torchactiv::avx512::tested_functions;

TEST(ByLanes, AccuracyOfFloats) { expect_bounds(tested.of_floats, of_floats, single_precision); }
TEST(ByLanes, AccuracyOfGates) { expect_bounds(tested.of_gates, of_gates, single_precision); }
TEST(ByLanes, AccuracyOfTables) { expect_bounds(tested.of_tables, of_tables, single_precision); }
TEST(ByLanes, AccuracyOfDoubles) { expect_bounds(tested.of_doubles, of_doubles, double_precision); }

struct Value {
  const char* function;
  double x, y, expected;
};

// Of these, signs of zero and infinite parameters are what other tests leave out.
TEST(ByLanes, SpecialValuesOfTables) {
  constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double largest = std::numeric_limits<float>::max(), least = std::numeric_limits<float>::denorm_min();
  const Value values[] = {
      {"tabled normal mixture", -0.0, 1, -0.0},
      {"tabled normal mixture", -0.0, -1, -0.0},
      {"tabled normal mixture", 0.0, -1, 0.0},
      {"tabled normal mixture", infinity, 1, infinity},
      {"tabled normal mixture", -infinity, 1, -infinity},
      {"tabled normal mixture", infinity, 0, infinity},
      {"tabled normal mixture", -infinity, -0.0, -infinity},
      {"tabled normal mixture", nan, 1, nan},
      {"tabled normal mixture", 1, nan, nan},
      {"tabled normal mixture", 0, infinity, 0},
      {"tabled normal mixture", -4, infinity, -1},
      {"tabled normal mixture", -largest, largest, -largest / 4},
      {"tabled normal mixture", least, largest, least},
      {"all of a tabled normal mixture", -infinity, 1, -0.0},
      {"all of a tabled normal mixture", infinity, -1, 0.0},
      {"all of a tabled normal mixture", -infinity, -1, -infinity},
      {"all of a tabled normal mixture", -16, 1, -0.0},
      {"tabled normal mixture by x", -infinity, 1, 0.25},
      {"tabled normal mixture by x", infinity, 1, 1},
      {"tabled normal mixture by x", nan, 1, nan},
      {"tabled normal mixture by mu", infinity, 1, 0},
      {"tabled normal mixture by mu", largest, 0, infinity},
      {"tabled normal mixture by mu", nan, 1, nan},
      {"tabled normal distribution", -infinity, 1, 0},
      {"tabled normal distribution", infinity, 1, 1},
      {"tabled normal distribution", centre, least, 0.5},
      {"tabled normal distribution", 1, infinity, 0.5},
      {"tabled normal distribution", nan, 1, nan},
      {"tabled normal density", -infinity, 1, 0},
      {"tabled normal density", 1, 0x1p-100, 0},
      {"tabled normal density", nan, 1, nan},
      {"tabled sqrt_softplus", -infinity, 0, 0},
      {"tabled sqrt_softplus", infinity, 0, infinity},
      {"tabled sqrt_softplus", nan, 0, nan},
      {"tabled sqrt_softplus slope", -infinity, 0, 0},
      {"tabled sqrt_softplus slope", infinity, 0, 0},
      {"tabled sqrt_softplus slope", nan, 0, nan},
  };
  for (const Value& value : values) {
    const double found = InstructionSet::run(tested.of_tables, value.function, {value.x}, {value.y})[0];
    const bool same = std::isnan(value.expected)
                          ? std::isnan(found)
                          : std::bit_cast<std::uint64_t>(found) == std::bit_cast<std::uint64_t>(value.expected);
    EXPECT_TRUE(same) << value.function << " of " << value.x << " and " << value.y << " is " << found;
  }
}

}  // namespace
}  // namespace vector_test
