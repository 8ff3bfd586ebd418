// The largest errors that the comments in csrc/simd promise.
#pragma once

#include "tests/cpp/vector/exact_functions.h"

namespace vector_test {

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

}  // namespace vector_test
