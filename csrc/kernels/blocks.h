// What the driver does with blocks of floats in the first-level cache, between the kernels of operators: one table for
// each instruction set.
#pragma once

#include <cstdint>

namespace torchactiv {

struct BlockFunctions {
  // 16-bit elements to floats and back, rounding once.
  void (*widen_bfloat16)(const void* from, std::int64_t n, float* to);
  void (*widen_float16)(const void* from, std::int64_t n, float* to);
  void (*narrow_bfloat16)(const float* from, std::int64_t n, void* to);
  void (*narrow_float16)(const float* from, std::int64_t n, void* to);
  // The sum of the values, in their own precision, in an order that n alone decides.
  double (*sum_floats)(const void* values, std::int64_t n);
  double (*sum_doubles)(const void* values, std::int64_t n);
  // The same of rows of n values behind each other, each added to its own number: into[row * stride].
  void (*sum_rows_of_floats)(const void* values, std::int64_t rows, std::int64_t n, double* into, std::int64_t stride);
  void (*sum_rows_of_doubles)(const void* values, std::int64_t rows, std::int64_t n, double* into, std::int64_t stride);
  // totals[i] += values[i]
  void (*add_floats)(const void* values, std::int64_t n, void* totals);
  void (*add_doubles)(const void* values, std::int64_t n, void* totals);
};

}  // namespace torchactiv
