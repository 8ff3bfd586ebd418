// The largest errors that the comments in csrc/simd promise, on every instruction set of this CPU.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "tests/cpp/vector/instruction_sets.h"

namespace vector_test {
namespace {

using Real = long double;

struct Range {
  double low, high;
};

enum class Unit { ulp, relative };

struct Row {
  const char* function;
  Real (*exact)(Real x, Real y);
  Range x, y;
  Unit unit;
  double bound;
};

struct Precision {
  int bits, smallest_exponent;
};
constexpr Precision single_precision{24, -126}, double_precision{53, -1022};

Real exponential(Real x, Real) { return std::exp(x); }
Real inverse_exponential(Real x, Real) { return std::exp(-x); }
Real exponential_minus_1(Real x, Real) { return std::expm1(x); }
Real exponential_curve(Real x, Real) {
  if (std::fabs(x) > 0x1p-6L) return std::expm1(x) - x;
  Real sum = 0;
  for (int n = 12; n >= 2; --n) sum = (sum + 1) * x / n;
  return sum * x;
}
Real exponential_plus_1(Real x, Real) { return 1 + std::exp(x); }
Real exponential_product(Real x, Real y) { return y * std::exp(x); }
Real logistic(Real x, Real) { return 1 / (1 + std::exp(-x)); }
Real logistic_of_product(Real x, Real y) { return logistic(x * y, 0); }
Real logistic_slope(Real x, Real) { return std::exp(-std::fabs(x)) * std::pow(logistic(std::fabs(x), 0), 2); }
Real fused(Real x, Real y) { return x * x + y; }
Real fused_negative(Real x, Real y) { return y - x * x; }

Real square_root(Real x, Real) { return std::sqrt(x); }
Real logarithm(Real x, Real) { return std::log1p(x); }
Real error_function(Real x, Real) { return std::erf(x); }
Real sine(Real x, Real) { return std::sin(x); }
Real cosine(Real x, Real) { return std::cos(x); }
Real arctangent(Real x, Real) { return std::atan(x); }

// For a large x by the continued fraction x + excess of 1 / (sqrt(pi) erfcx(x)).
constexpr Real continued_from = 3;
Real excess(Real x) {
  Real tail = 0;
  for (int n = 50; n >= 1; --n) tail = n * 0.5L / (x + tail);
  return tail;
}
Real scaled_complement(Real x, Real) {
  if (x < continued_from) return std::exp(x * x) * std::erfc(x);
  return std::numbers::inv_sqrtpi_v<Real> / (x + excess(x));
}
Real scaled_complement_slope(Real x, Real) {
  if (x < continued_from) return 2 * x * scaled_complement(x, 0) - 2 * std::numbers::inv_sqrtpi_v<Real>;
  return -2 * excess(x) * scaled_complement(x, 0);
}

Real scaled_normal_tail(Real x, Real) { return scaled_complement(x * std::numbers::sqrt2_v<Real> / 2, 0) / 2; }

Real normal(Real x) { return std::erfc(-x * std::numbers::sqrt2_v<Real> / 2) / 2; }
Real gate(Real x, Real) { return x * normal(x); }
Real gate_slope(Real x, Real) {
  return normal(x) + x * std::exp(-x * x / 2) * std::numbers::inv_sqrtpi_v<Real> / std::numbers::sqrt2_v<Real>;
}

// Which eighth of an octave x >= 1 lies in, among those of four octaves; and its middle.
Real segment(Real x, Real) {
  return std::fmod((std::ilogb(x) + 3) * 8 + std::floor(std::ldexp(x, 3 - std::ilogb(x))) - 8, 32);
}
Real middle_of_segment(Real x, Real) {
  const int shift = 3 - std::ilogb(x);
  return std::ldexp(std::floor(std::ldexp(x, shift)) + 0.5L, -shift);
}

constexpr Range moderate{-0x1p12, 0x1p12}, positive{0, 0x1p12}, unused{0, 1};
constexpr Range unit{-1, 1}, small_positive{0, 4}, reducible{-4000, 4000}, far{-0x1p100, 0x1p100},
    far_positive{0, 0x1p100};

constexpr double short_bound = 0x1.6ap-22;  // 2^-21.5

constexpr Row of_floats[] = {
    {"fma(x, x, y)", fused, moderate, {-0x1p20, 0x1p20}, Unit::ulp, 0.50001},
    {"negative_fma(x, x, y)", fused_negative, moderate, {-0x1p20, 0x1p20}, Unit::ulp, 0.50001},
    // csrc/simd/exponential.h
    {"exp", exponential, {-120, 88.72}, unused, Unit::ulp, 0.97},
    {"expm1", exponential_minus_1, {-120, 60}, unused, Unit::relative, 0x1p-24},
    {"exponential value", exponential, {-53, 60}, unused, Unit::relative, 0x1.2p-25},
    {"exponential plus 1", exponential_plus_1, {-120, 60}, unused, Unit::relative, 0x1.2p-25},
    {"exponential restored", exponential, {-120, 60}, unused, Unit::ulp, 0.85},
    {"product restored", exponential_product, {-200, 60}, {-0x1p40, 0x1p40}, Unit::ulp, 0.9},
    {"rising exponential value", exponential, {-60, 53}, unused, Unit::relative, 0x1.2p-25},
    {"rising exponential restored", inverse_exponential, {-60, 120}, unused, Unit::ulp, 0.85},
    // csrc/simd/logistic.h
    {"sigmoid", logistic, {-200, 200}, unused, Unit::ulp, 0.87},
    // csrc/simd/pair.h
    {"narrow xy", [](Real x, Real y) { return x * y; }, moderate, moderate, Unit::ulp, 0.5},
    {"xy * xy", [](Real x, Real y) { return x * y * x * y; }, moderate, moderate, Unit::relative, 0x1p-46},
    {"xy + yy", [](Real x, Real y) { return x * y + y * y; }, positive, positive, Unit::relative, 0x1p-46},
    {"xy / yy", [](Real x, Real y) { return x / y; }, moderate, moderate, Unit::relative, 0x1p-41},
    {"narrow xy / yy", [](Real x, Real y) { return x / y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"reciprocal xy", [](Real x, Real y) { return 1 / (x * y); }, moderate, moderate, Unit::relative, 0x1p-41},
    {"sqrt xy",
     [](Real x, Real y) { return std::sqrt(x * y); },
     {0x1p-40, 0x1p40},
     {0x1p-40, 0x1p40},
     Unit::relative,
     0x1p-46},
    {"offset xy", [](Real x, Real y) { return x * y + 1; }, {0, 0x1p10}, {0, 0x1p10}, Unit::relative, 0x1p-46},
    {"offset_product xy yy",
     [](Real x, Real y) { return x * y * y * y + 1; },
     {0, 0x1p5},
     {0, 0x1p5},
     Unit::relative,
     0x1p-46},
    {"x * yy", [](Real x, Real y) { return x * y * y; }, moderate, moderate, Unit::relative, 0x1p-46},
    {"product x yy", [](Real x, Real y) { return x * y * y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"product xy yy", [](Real x, Real y) { return x * y * y * y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"sum x yy", [](Real x, Real y) { return x + y * y; }, positive, positive, Unit::ulp, 0.75},
    {"exponential xy value",
     [](Real x, Real y) { return std::exp(x * y); },
     {-7, 7},
     {-7, 7},
     Unit::relative,
     0x1.3p-25},
    {"exponential xy restored", [](Real x, Real y) { return std::exp(x * y); }, {-10, 0}, {0, 12}, Unit::ulp, 0.88},
    {"rising exponential xy restored",
     [](Real x, Real y) { return std::exp(-x * y); },
     {0, 10},
     {0, 12},
     Unit::ulp,
     0.88},
    // csrc/simd/logarithm.h
    {"log1p xy", [](Real x, Real y) { return std::log1p(x * y); }, {0, 1}, {0, 1}, Unit::relative, 0x1p-25},
    // csrc/simd/logistic.h
    {"split sigmoid restored", logistic, {-120, 43}, unused, Unit::ulp, 0.87},
    {"split sigmoid complement",
     [](Real x, Real) { return logistic(-x, 0); },
     {-120, 43},
     unused,
     Unit::relative,
     0x1.3p-23},
    {"quick_sigmoid", logistic, {-2.7, 200}, unused, Unit::ulp, 1.75},
    {"quick_sigmoid", logistic, {-200, 200}, unused, Unit::ulp, 2.5},
    {"quick_sigmoid xy", logistic_of_product, {-1, 40}, {0, 2.7}, Unit::ulp, 1.9},
    {"quick_sigmoid xy", logistic_of_product, {-10, 10}, {-10, 10}, Unit::ulp, 2.5},
    {"sigmoid_slope", logistic_slope, {-2.63, 2.63}, unused, Unit::ulp, 1.96},
    {"sigmoid_slope", logistic_slope, {-200, 200}, unused, Unit::ulp, 2.5},
    {"short sigmoid_slope", logistic_slope, {-200, 200}, unused, Unit::ulp, 2.5},
    // Of floats that will be rounded to 16 bits.
    {"short scaled_normal_tail", scaled_normal_tail, small_positive, unused, Unit::relative, 0x1p-21},
    {"short scaled_normal_tail", scaled_normal_tail, {0, 15}, unused, Unit::relative, 0x1p-21},
    {"short scaled_normal_tail", scaled_normal_tail, positive, unused, Unit::relative, 0x1p-20},
    {"short exp", exponential, {-120, 88.72}, unused, Unit::ulp, 1.01},
    {"short sigmoid", logistic, {-200, 200}, unused, Unit::ulp, 2.3},
    {"short expm1", exponential_minus_1, {-120, 60}, unused, Unit::ulp, 1.6},
    {"short sqrt", square_root, far_positive, unused, Unit::ulp, 0.5},
    {"short log1p", logarithm, {-0.5, 4}, unused, Unit::relative, short_bound},
    {"short log1p", logarithm, far_positive, unused, Unit::relative, short_bound},
    {"short erfcx", scaled_complement, small_positive, unused, Unit::relative, short_bound},
    {"short erfcx", scaled_complement, far_positive, unused, Unit::relative, short_bound},
    {"short erfcx_slope", scaled_complement_slope, small_positive, unused, Unit::relative, 0x1p-20},
    {"short erfcx_slope", scaled_complement_slope, positive, unused, Unit::relative, 0x1p-20},
    {"short erf", error_function, unit, unused, Unit::relative, short_bound},
    {"short erf", error_function, {-10, 10}, unused, Unit::relative, short_bound},
    {"short sin", sine, {-4, 4}, unused, Unit::relative, short_bound},
    {"short sin", sine, reducible, unused, Unit::relative, short_bound},
    {"short sin", sine, far, unused, Unit::relative, short_bound},
    {"short cos", cosine, {-4, 4}, unused, Unit::relative, short_bound},
    {"short cos", cosine, reducible, unused, Unit::relative, short_bound},
    {"short cos", cosine, far, unused, Unit::relative, short_bound},
    {"short atan", arctangent, {-4, 4}, unused, Unit::relative, short_bound},
    {"short atan", arctangent, far, unused, Unit::relative, short_bound},
    // csrc/numbers/single_functions.h
    {"sqrt", square_root, far_positive, unused, Unit::ulp, 0.5},
    {"log1p", logarithm, {-0.5, 4}, unused, Unit::ulp, 0.53},
    {"log1p", logarithm, far_positive, unused, Unit::ulp, 0.53},
    {"erfcx", scaled_complement, small_positive, unused, Unit::ulp, 0.53},
    {"erfcx", scaled_complement, far_positive, unused, Unit::ulp, 0.53},
    {"erfcx_slope", scaled_complement_slope, small_positive, unused, Unit::ulp, 0.53},
    {"erfcx_slope", scaled_complement_slope, positive, unused, Unit::ulp, 0.53},
    {"erf", error_function, unit, unused, Unit::ulp, 0.53},
    {"erf", error_function, {-10, 10}, unused, Unit::ulp, 0.53},
    {"sin", sine, {-4, 4}, unused, Unit::ulp, 0.53},
    {"sin", sine, {-0x1p21, 0x1p21}, unused, Unit::ulp, 0.53},
    {"sin", sine, far, unused, Unit::ulp, 0.53},
    {"cos", cosine, {-4, 4}, unused, Unit::ulp, 0.53},
    {"cos", cosine, {-0x1p21, 0x1p21}, unused, Unit::ulp, 0.53},
    {"cos", cosine, far, unused, Unit::ulp, 0.53},
    {"atan", arctangent, {-4, 4}, unused, Unit::ulp, 0.53},
    {"atan", arctangent, far, unused, Unit::ulp, 0.53},
};

// Where wide numbers are doubles.
constexpr Row of_doubled_floats[] = {
    {"exp", exponential, {-120, 60}, unused, Unit::ulp, 0.54},
    {"expm1", exponential_minus_1, {-120, 60}, unused, Unit::relative, 0x1p-29},
    {"exponential value", exponential, {-120, 60}, unused, Unit::relative, 0x1p-28},
    {"sigmoid", logistic, {-200, 200}, unused, Unit::ulp, 0.54},
};

// With a fused multiply-add. The slope has a zero at -0.7518.
constexpr Row of_gates[] = {
    {"normal_gate", gate, {-20, 20}, unused, Unit::ulp, 1.3},
    {"normal_gate", gate, unit, unused, Unit::ulp, 1.3},
    {"normal_gate_slope", gate_slope, {-0.5, 20}, unused, Unit::ulp, 1.4},
    {"normal_gate_slope", gate_slope, {-14, -1.2}, unused, Unit::ulp, 1.4},
    {"normal_gate_slope", gate_slope, {-1.2, -0.76}, unused, Unit::relative, 0x1p-19},
    {"normal_gate_slope", gate_slope, {-0.74, -0.5}, unused, Unit::relative, 0x1p-19},
    {"normal_gate and slope", gate, {-20, 20}, unused, Unit::ulp, 1.3},
    {"slope and normal_gate", gate_slope, {-0.5, 20}, unused, Unit::ulp, 2},
    {"slope and normal_gate", gate_slope, {-14, -1.2}, unused, Unit::ulp, 2},
    {"slope and normal_gate", gate_slope, {-1.2, -0.76}, unused, Unit::relative, 0x1p-19},
    {"slope and normal_gate", gate_slope, {-0.74, -0.5}, unused, Unit::relative, 0x1p-19},
};
// Where tables fit into registers.
constexpr Row of_tables[] = {
    {"tabled normal_gate", gate, {-20, 20}, unused, Unit::ulp, 0.84},
    {"tabled normal_gate", gate, unit, unused, Unit::ulp, 0.84},
    {"tabled normal_gate_slope", gate_slope, {-0.5, 20}, unused, Unit::ulp, 2},
    {"tabled normal_gate_slope", gate_slope, {-14, -1.2}, unused, Unit::ulp, 2},
    {"tabled normal_gate_slope", gate_slope, {-1.2, -0.76}, unused, Unit::relative, 0x1p-20},
    {"tabled normal_gate_slope", gate_slope, {-0.74, -0.5}, unused, Unit::relative, 0x1p-20},
    {"middle of an eighth", middle_of_segment, {1, 15.99}, unused, Unit::ulp, 0},
    {"lookup of an eighth", segment, {1, 15.99}, unused, Unit::ulp, 0},
};

constexpr Row of_doubles[] = {
    {"exp", exponential, {-760, 709}, unused, Unit::ulp, 0.97},
    {"expm1", exponential_minus_1, {-760, 60}, unused, Unit::ulp, 1.7},
    {"fine_expm1 e", exponential, {-700, 700}, unused, Unit::ulp, 0.97},
    {"fine_expm1", exponential_minus_1, {-700, 700}, unused, Unit::ulp, 4},
    {"fine_expm1", exponential_minus_1, unit, unused, Unit::ulp, 4},
    {"fine_expm1 curved", exponential_curve, {-700, 700}, unused, Unit::ulp, 16},
    {"fine_expm1 curved", exponential_curve, unit, unused, Unit::ulp, 16},
    {"exponential value", exponential, {-600, 60}, unused, Unit::ulp, 0.97},
    {"exponential plus 1", exponential_plus_1, {-760, 60}, unused, Unit::ulp, 1.3},
    {"exponential restored", exponential, {-760, 60}, unused, Unit::ulp, 0.97},
    {"product restored", exponential_product, {-1400, 60}, {-0x1p500, 0x1p500}, Unit::ulp, 1.6},
    {"rising exponential value", exponential, {-60, 600}, unused, Unit::ulp, 0.97},
    {"rising exponential restored", inverse_exponential, {-60, 760}, unused, Unit::ulp, 1.6},
    {"sigmoid", logistic, {-800, 800}, unused, Unit::ulp, 1.2},
    {"sqrt", square_root, far_positive, unused, Unit::ulp, 0.501},
    {"log1p", logarithm, {-0.5, 4}, unused, Unit::ulp, 4},
    {"log1p", logarithm, {0, 0x1p1023}, unused, Unit::ulp, 4},
    {"erfcx", scaled_complement, small_positive, unused, Unit::relative, 1e-15},
    {"erfcx", scaled_complement, far_positive, unused, Unit::relative, 1e-15},
    {"erfcx_slope", scaled_complement_slope, small_positive, unused, Unit::relative, 1e-15},
    {"erfcx_slope", scaled_complement_slope, far_positive, unused, Unit::relative, 1e-15},
    {"erf", error_function, unit, unused, Unit::ulp, 4},
    {"erf", error_function, {-10, 10}, unused, Unit::ulp, 4},
    {"sin", sine, {-4, 4}, unused, Unit::ulp, 4},
    {"sin", sine, {-0x1p21, 0x1p21}, unused, Unit::ulp, 4},
    {"sin", sine, far, unused, Unit::ulp, 4},
    {"cos", cosine, {-4, 4}, unused, Unit::ulp, 4},
    {"cos", cosine, {-0x1p21, 0x1p21}, unused, Unit::ulp, 4},
    {"cos", cosine, far, unused, Unit::ulp, 4},
    {"atan", arctangent, {-4, 4}, unused, Unit::ulp, 4},
    {"atan", arctangent, far, unused, Unit::ulp, 4},
    // Of doubles that will be rounded to floats.
    {"single expm1", exponential_minus_1, {-700, 700}, unused, Unit::relative, 0x1p-29},
    {"single expm1 with exp", exponential_minus_1, {-700, 700}, unused, Unit::relative, 0x1p-29},
    {"single exp with expm1", exponential, {-700, 700}, unused, Unit::relative, 0x1p-29},
    {"single fine_expm1 e", exponential, {-700, 700}, unused, Unit::ulp, 0.97},
    {"single fine_expm1", exponential_minus_1, {-700, 700}, unused, Unit::ulp, 4},
    {"single fine_expm1 curved", exponential_curve, unit, unused, Unit::ulp, 16},
    {"single sqrt", square_root, far_positive, unused, Unit::ulp, 0.92},
    {"single log1p", logarithm, {-0.5, 4}, unused, Unit::relative, 0x1p-29},
    {"single log1p", logarithm, far_positive, unused, Unit::relative, 0x1p-29},
    {"single erfcx", scaled_complement, small_positive, unused, Unit::relative, 0x1p-29},
    {"single erfcx", scaled_complement, far_positive, unused, Unit::relative, 0x1p-29},
    {"single erfcx_slope", scaled_complement_slope, small_positive, unused, Unit::relative, 0x1p-29},
    {"single erfcx_slope", scaled_complement_slope, far_positive, unused, Unit::relative, 0x1p-29},
    {"single scaled_normal_tail", scaled_normal_tail, small_positive, unused, Unit::relative, 0x1.3ap-29},  // 2^-28.7
    {"single scaled_normal_tail", scaled_normal_tail, far_positive, unused, Unit::relative, 0x1.3ap-29},
    {"single erf", error_function, unit, unused, Unit::relative, 0x1p-29},
    {"single erf", error_function, {-10, 10}, unused, Unit::relative, 0x1p-29},
    {"single fine_erf", error_function, unit, unused, Unit::relative, 0x1.26p-51},  // 2^-50.8
    {"single fine_erf", error_function, {-10, 10}, unused, Unit::relative, 0x1.26p-51},
    {"single sin", sine, {-4, 4}, unused, Unit::relative, 0x1p-29},
    {"single sin", sine, {-0x1p21, 0x1p21}, unused, Unit::relative, 0x1p-29},
    {"single sin", sine, far, unused, Unit::relative, 0x1p-29},
    {"single cos", cosine, {-4, 4}, unused, Unit::relative, 0x1p-29},
    {"single cos", cosine, {-0x1p21, 0x1p21}, unused, Unit::relative, 0x1p-29},
    {"single cos", cosine, far, unused, Unit::relative, 0x1p-29},
    {"single atan", arctangent, {-4, 4}, unused, Unit::relative, 0x1p-29},
    {"single atan", arctangent, far, unused, Unit::relative, 0x1p-29},
    {"single fine_atan", arctangent, {-4, 4}, unused, Unit::ulp, 4},
    {"single fine_atan", arctangent, far, unused, Unit::ulp, 4},
};

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
    expect("sin", sine, Unit::ulp, 4);
    expect("cos", cosine, Unit::ulp, 4);
    if (exponent >= 300) continue;
    expect("single sin", sine, Unit::relative, 0x1p-29);
    expect("single cos", cosine, Unit::relative, 0x1p-29);
  }
}

FOR_EVERY_INSTRUCTION_SET(Accuracy);

}  // namespace
}  // namespace vector_test
