// The largest errors that the comments in csrc/simd promise, and those in csrc/numbers. Where these name more than one,
// the one that holds on every instruction set.
#pragma once

#include "tests/cpp/vector/exact_functions.h"

namespace vector_test {

struct Range {
  double low, high;
};

enum class Unit { ulp, relative, absolute };

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

constexpr Range moderate{-0x1p12, 0x1p12}, positive{0, 0x1p12}, unused{0, 1};
constexpr Range unit{-1, 1}, small_positive{0, 4}, reducible{-4000, 4000}, far{-0x1p100, 0x1p100},
    far_positive{0, 0x1p100};

constexpr double sine_bound = 3.5, single_sine_bound = 0x1p-35;
inline const double pair_bound = std::exp2(-45.5), quotient_bound = std::exp2(-40.9);

inline const Row of_floats[] = {
    {"+", [](Real x, Real y) { return x + y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"-", [](Real x, Real y) { return x - y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"*", [](Real x, Real y) { return x * y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"/", [](Real x, Real y) { return x / y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"fma(x, x, y)", fused, moderate, {-0x1p20, 0x1p20}, Unit::ulp, 0.50001},
    {"negative_fma(x, x, y)", fused_negative, moderate, {-0x1p20, 0x1p20}, Unit::ulp, 0.50001},
    // csrc/simd/exponential.h
    {"exp", exponential, {-120, 88.72}, unused, Unit::ulp, 1},
    {"expm1", exponential_minus_1, {-120, 60}, unused, Unit::relative, std::exp2(-23.8)},
    {"exp with expm1", exponential, {-120, 60}, unused, Unit::ulp, 1},
    {"expm1 with exp", exponential_minus_1, {-120, 60}, unused, Unit::ulp, 1.3},
    {"exponential value", exponential, {-53, 60}, unused, Unit::relative, std::exp2(-24.7)},
    {"exponential plus 1", exponential_plus_1, {-120, 60}, unused, Unit::relative, std::exp2(-24.7)},
    {"exponential restored", exponential, {-120, 60}, unused, Unit::ulp, 0.92},
    {"product restored", exponential_product, {-200, 60}, {-0x1p40, 0x1p40}, Unit::ulp, 1.1},
    {"rising exponential value", exponential, {-60, 53}, unused, Unit::relative, std::exp2(-24.7)},
    {"rising exponential restored", inverse_exponential, {-60, 120}, unused, Unit::ulp, 0.92},
    // csrc/simd/logistic.h
    {"sigmoid", logistic, {-200, 200}, unused, Unit::ulp, 0.87},
    // csrc/simd/pair.h
    {"narrow xy", [](Real x, Real y) { return x * y; }, moderate, moderate, Unit::ulp, 0.5},
    {"xy * xy", [](Real x, Real y) { return x * y * x * y; }, moderate, moderate, Unit::relative, pair_bound},
    {"xy + yy", [](Real x, Real y) { return x * y + y * y; }, positive, positive, Unit::relative, pair_bound},
    {"xy - yy", [](Real x, Real y) { return x * y - y * y; }, {4, 0x1p12}, {0, 2}, Unit::relative, pair_bound},
    {"xy / yy", [](Real x, Real y) { return x / y; }, moderate, moderate, Unit::relative, quotient_bound},
    {"narrow xy / yy", [](Real x, Real y) { return x / y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"reciprocal xy", [](Real x, Real y) { return 1 / (x * y); }, moderate, moderate, Unit::relative, quotient_bound},
    {"sqrt xy",
     [](Real x, Real y) { return std::sqrt(x * y); },
     {0x1p-40, 0x1p40},
     {0x1p-40, 0x1p40},
     Unit::relative,
     pair_bound},
    {"offset xy", [](Real x, Real y) { return x * y + 1; }, {0, 0x1p10}, {0, 0x1p10}, Unit::relative, pair_bound},
    {"offset_product xy yy",
     [](Real x, Real y) { return x * y * y * y + 1; },
     {0, 0x1p5},
     {0, 0x1p5},
     Unit::relative,
     pair_bound},
    {"x * yy", [](Real x, Real y) { return x * y * y; }, moderate, moderate, Unit::relative, pair_bound},
    {"product x yy", [](Real x, Real y) { return x * y * y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"product xy yy", [](Real x, Real y) { return x * y * y * y; }, moderate, moderate, Unit::ulp, 0.50001},
    {"sum x yy", [](Real x, Real y) { return x + y * y; }, positive, positive, Unit::ulp, 0.75},
    {"exponential xy value",
     [](Real x, Real y) { return std::exp(x * y); },
     {-7, 7},
     {-7, 7},
     Unit::relative,
     std::exp2(-25)},
    {"exponential xy restored", [](Real x, Real y) { return std::exp(x * y); }, {-10, 0}, {0, 12}, Unit::ulp, 0.92},
    {"rising exponential xy restored",
     [](Real x, Real y) { return std::exp(-x * y); },
     {0, 10},
     {0, 12},
     Unit::ulp,
     0.92},
    // csrc/simd/logarithm.h
    {"log1p xy", [](Real x, Real y) { return std::log1p(x * y); }, {0, 1}, {0, 1}, Unit::relative, 0x1p-25},
    // csrc/simd/logistic.h
    {"split sigmoid value", logistic, {-32, 43}, unused, Unit::relative, std::exp2(-24.7)},
    {"split sigmoid restored", logistic, {-120, 43}, unused, Unit::ulp, 0.87},
    {"split sigmoid complement",
     [](Real x, Real) { return logistic(-x, 0); },
     {-120, 43},
     unused,
     Unit::relative,
     std::exp2(-22.7)},
    {"quick_sigmoid", logistic, {-2.7, 200}, unused, Unit::ulp, 1.75},
    {"quick_sigmoid", logistic, {-200, -2.7}, unused, Unit::absolute, std::exp2(-27.3)},
    {"quick_sigmoid", logistic, {-200, 200}, unused, Unit::ulp, 2.5},
    {"quick_sigmoid xy", logistic_of_product, {-1, 40}, {0, 2.7}, Unit::ulp, 1.9},
    {"quick_sigmoid xy", logistic_of_product, {-10, 10}, {-10, 10}, Unit::ulp, 2.5},
    {"sigmoid_slope", logistic_slope, {-2.63, 2.63}, unused, Unit::ulp, 1.96},
    {"sigmoid_slope", logistic_slope, {2.634, 200}, unused, Unit::absolute, 0x1p-27},
    {"sigmoid_slope", logistic_slope, {-200, 200}, unused, Unit::ulp, 2.5},
    {"short sigmoid_slope", logistic_slope, {-200, 200}, unused, Unit::ulp, 5.1},
    // Of floats that will be rounded to 16 bits.
    {"short scaled_normal_tail", scaled_normal_tail, small_positive, unused, Unit::relative, 0x1p-21},
    {"short scaled_normal_tail", scaled_normal_tail, {0, 15}, unused, Unit::relative, 0x1p-21},
    {"short scaled_normal_tail", scaled_normal_tail, positive, unused, Unit::relative, 0x1p-20},
    {"short exponential value", exponential, {-53, 60}, unused, Unit::ulp, 3.2},
    {"short exp", exponential, {-120, 88.72}, unused, Unit::ulp, 4.5},
    {"short sigmoid", logistic, {-200, 200}, unused, Unit::ulp, 5.1},
    {"short expm1", exponential_minus_1, {-120, 60}, unused, Unit::ulp, 2},
    {"short exp with expm1", exponential, {-120, 60}, unused, Unit::ulp, 4.5},
    {"short expm1 with exp", exponential_minus_1, {-120, 60}, unused, Unit::ulp, 2},
    {"short sqrt", square_root, far_positive, unused, Unit::ulp, 0.5},
    {"short log1p", logarithm, {-0.5, 4}, unused, Unit::relative, std::exp2(-21.6)},
    {"short log1p", logarithm, far_positive, unused, Unit::relative, std::exp2(-21.6)},
    {"short erfcx", scaled_complement, small_positive, unused, Unit::relative, std::exp2(-21.3)},
    {"short erfcx", scaled_complement, far_positive, unused, Unit::relative, std::exp2(-21.3)},
    {"short erfcx_slope", scaled_complement_slope, small_positive, unused, Unit::relative, 0x1p-20},
    {"short erfcx_slope", scaled_complement_slope, positive, unused, Unit::relative, 0x1p-20},
    {"short erf", error_function, unit, unused, Unit::relative, std::exp2(-21.8)},
    {"short erf", error_function, {-10, 10}, unused, Unit::relative, std::exp2(-21.8)},
    {"short sin", sine, {-4, 4}, unused, Unit::relative, std::exp2(-21.8)},
    {"short sin", sine, reducible, unused, Unit::relative, std::exp2(-21.8)},
    {"short sin", sine, far, unused, Unit::relative, std::exp2(-21.8)},
    {"short cos", cosine, {-4, 4}, unused, Unit::relative, std::exp2(-21.8)},
    {"short cos", cosine, reducible, unused, Unit::relative, std::exp2(-21.8)},
    {"short cos", cosine, far, unused, Unit::relative, std::exp2(-21.8)},
    {"short atan", arctangent, {-4, 4}, unused, Unit::relative, std::exp2(-21.5)},
    {"short atan", arctangent, far, unused, Unit::relative, std::exp2(-21.5)},
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
inline const Row of_doubled_floats[] = {
    {"exp", exponential, {-120, 60}, unused, Unit::ulp, 0.54},
    {"expm1", exponential_minus_1, {-120, 60}, unused, Unit::relative, 0x1p-29},
    {"exponential value", exponential, {-120, 60}, unused, Unit::relative, 0x1p-28},
    {"sigmoid", logistic, {-200, 200}, unused, Unit::ulp, 0.54},
};

inline const Row of_doubles[] = {
    {"+", [](Real x, Real y) { return x + y; }, moderate, moderate, Unit::ulp, 0.501},
    {"-", [](Real x, Real y) { return x - y; }, moderate, moderate, Unit::ulp, 0.501},
    {"*", [](Real x, Real y) { return x * y; }, moderate, moderate, Unit::ulp, 0.501},
    {"/", [](Real x, Real y) { return x / y; }, moderate, moderate, Unit::ulp, 0.501},
    {"fma(x, x, y)", fused, moderate, positive, Unit::ulp, 1.001},
    {"negative_fma(x, x, y)", fused_negative, moderate, {-0x1p12, 0}, Unit::ulp, 1.001},
    {"exp", exponential, {-760, 709}, unused, Unit::ulp, 1.1},
    {"expm1", exponential_minus_1, {-760, 60}, unused, Unit::ulp, 1.7},
    {"exp with expm1", exponential, {-760, 60}, unused, Unit::ulp, 1.1},
    {"expm1 with exp", exponential_minus_1, {-760, 60}, unused, Unit::ulp, 1.7},
    {"fine_expm1 e", exponential, {-700, 700}, unused, Unit::ulp, 1.1},
    {"fine_expm1", exponential_minus_1, {-700, 700}, unused, Unit::ulp, 4},
    {"fine_expm1", exponential_minus_1, unit, unused, Unit::ulp, 4},
    {"fine_expm1 curved", exponential_curve, {-700, 700}, unused, Unit::ulp, 16},
    {"fine_expm1 curved", exponential_curve, unit, unused, Unit::ulp, 16},
    {"exponential value", exponential, {-600, 60}, unused, Unit::ulp, 1.1},
    {"exponential plus 1", exponential_plus_1, {-760, 60}, unused, Unit::ulp, 1.6},
    {"exponential restored", exponential, {-760, 60}, unused, Unit::ulp, 1.1},
    {"product restored", exponential_product, {-1400, 60}, {-0x1p500, 0x1p500}, Unit::ulp, 2},
    {"rising exponential value", exponential, {-60, 600}, unused, Unit::ulp, 1.1},
    {"rising exponential restored", inverse_exponential, {-60, 760}, unused, Unit::ulp, 1.6},
    {"sigmoid", logistic, {-800, 800}, unused, Unit::ulp, 1.3},
    {"sqrt", square_root, far_positive, unused, Unit::ulp, 0.501},
    {"log1p", logarithm, {-0.5, 4}, unused, Unit::ulp, 2.8},
    {"log1p", logarithm, {0, 0x1p1023}, unused, Unit::ulp, 2.8},
    {"erfcx", scaled_complement, small_positive, unused, Unit::relative, std::exp2(-49.8)},
    {"erfcx", scaled_complement, far_positive, unused, Unit::relative, std::exp2(-49.8)},
    {"erfcx_slope", scaled_complement_slope, small_positive, unused, Unit::relative, std::exp2(-49.6)},
    {"erfcx_slope", scaled_complement_slope, far_positive, unused, Unit::relative, std::exp2(-49.6)},
    {"erf", error_function, unit, unused, Unit::ulp, 3.1},
    {"erf", error_function, {-10, 10}, unused, Unit::ulp, 3.1},
    {"sin", sine, {-4, 4}, unused, Unit::ulp, sine_bound},
    {"sin", sine, {-0x1p21, 0x1p21}, unused, Unit::ulp, sine_bound},
    {"sin", sine, far, unused, Unit::ulp, sine_bound},
    {"cos", cosine, {-4, 4}, unused, Unit::ulp, sine_bound},
    {"cos", cosine, {-0x1p21, 0x1p21}, unused, Unit::ulp, sine_bound},
    {"cos", cosine, far, unused, Unit::ulp, sine_bound},
    {"atan", arctangent, {-4, 4}, unused, Unit::ulp, 5},
    {"atan", arctangent, far, unused, Unit::ulp, 5},
    // Of doubles that will be rounded to floats.
    {"single expm1", exponential_minus_1, {-700, 700}, unused, Unit::relative, 0x1p-29},
    {"single expm1 with exp", exponential_minus_1, {-700, 700}, unused, Unit::relative, 0x1p-29},
    {"single exp with expm1", exponential, {-700, 700}, unused, Unit::relative, 0x1p-29},
    {"single exp", exponential, {-700, 700}, unused, Unit::relative, 0x1p-28},
    {"single sigmoid", logistic, {-700, 700}, unused, Unit::relative, 0x1p-28},
    {"single fine_exp", exponential, {-700, 700}, unused, Unit::ulp, 1.1},
    {"single fine_expm1 e", exponential, {-700, 700}, unused, Unit::ulp, 1.1},
    {"single fine_expm1", exponential_minus_1, {-700, 700}, unused, Unit::ulp, 4},
    {"single fine_expm1 curved", exponential_curve, unit, unused, Unit::ulp, 16},
    {"single sqrt", square_root, far_positive, unused, Unit::ulp, 1.6},
    {"single log1p", logarithm, {-0.5, 4}, unused, Unit::relative, std::exp2(-29.9)},
    {"single log1p", logarithm, far_positive, unused, Unit::relative, std::exp2(-29.9)},
    {"single log1p_of_unit", logarithm, {0, 1}, unused, Unit::relative, std::exp2(-29.9)},
    {"single erfcx", scaled_complement, small_positive, unused, Unit::relative, std::exp2(-31.2)},
    {"single erfcx", scaled_complement, far_positive, unused, Unit::relative, std::exp2(-31.2)},
    {"single erfcx_slope", scaled_complement_slope, small_positive, unused, Unit::relative, std::exp2(-31.2)},
    {"single erfcx_slope", scaled_complement_slope, far_positive, unused, Unit::relative, std::exp2(-31.2)},
    {"single scaled_normal_tail", scaled_normal_tail, small_positive, unused, Unit::relative, std::exp2(-28.7)},
    {"single scaled_normal_tail", scaled_normal_tail, far_positive, unused, Unit::relative, std::exp2(-28.7)},
    {"single erf", error_function, unit, unused, Unit::relative, std::exp2(-29.6)},
    {"single erf", error_function, {-10, 10}, unused, Unit::relative, std::exp2(-29.6)},
    {"single fine_erf", error_function, unit, unused, Unit::relative, std::exp2(-50.8)},
    {"single fine_erf", error_function, {-10, 10}, unused, Unit::relative, std::exp2(-50.8)},
    {"single sin", sine, {-4, 4}, unused, Unit::relative, single_sine_bound},
    {"single sin", sine, {-0x1p21, 0x1p21}, unused, Unit::relative, single_sine_bound},
    {"single sin", sine, far, unused, Unit::relative, single_sine_bound},
    {"single cos", cosine, {-4, 4}, unused, Unit::relative, single_sine_bound},
    {"single cos", cosine, {-0x1p21, 0x1p21}, unused, Unit::relative, single_sine_bound},
    {"single cos", cosine, far, unused, Unit::relative, single_sine_bound},
    {"single fine_sin", sine, {-4, 4}, unused, Unit::ulp, sine_bound},
    {"single fine_sin", sine, far, unused, Unit::ulp, sine_bound},
    {"single fine_cos", cosine, {-4, 4}, unused, Unit::ulp, sine_bound},
    {"single fine_cos", cosine, far, unused, Unit::ulp, sine_bound},
    {"single atan", arctangent, {-4, 4}, unused, Unit::relative, std::exp2(-30.7)},
    {"single atan", arctangent, far, unused, Unit::relative, std::exp2(-30.7)},
    {"single fine_atan", arctangent, {-4, 4}, unused, Unit::ulp, 5},
    {"single fine_atan", arctangent, far, unused, Unit::ulp, 5},
};

}  // namespace vector_test
