// The interface between kernels and whoever calls them: functions over pointers, strides and counts.
//
// Operands come outputs first. With the inputs x_1 .. x_k of an operator, and s_1 .. s_m what it saves (the inputs, or
// its output):
//   forward          y                    <- x_1 .. x_k
//   backward         gx_1 .. gx_k         <- g, s_1 .. s_m
//   double_backward  dg, ds_1 .. ds_m     <- v_1 .. v_m, g, s_1 .. s_m
// where double_backward differentiates backward: v is the gradient that arrives for gx.
#pragma once

#include <cstddef>
#include <cstdint>

namespace torchactiv {

constexpr std::size_t most_operands = 16;  // inputs and outputs of a kernel

enum class Element { float32, float64, bfloat16, float16 };
constexpr int element_count = 4;
constexpr int element_size[] = {4, 8, 2, 2};

// Calculates `rows` rows of `columns` results. Strides are in bytes, those along a row of every operand coming first
// and those from row to row next, and may be zero or negative.
using MapKernel = void (*)(char* const* operands, const std::int64_t* strides, std::int64_t columns, std::int64_t rows,
                           const double* arguments);

// For operators with parameters. The data operands are rows of n elements, one behind the other, the parameters one
// element for each row; sums[r * parameters + j] becomes the gradient of the j-th parameter over row r.
using RowKernel = void (*)(char* const* operands, std::int64_t rows, std::int64_t n, const double* arguments,
                           double* sums);

// The same for n columns of `rows` rows, whose beginnings are row_length elements apart, and parameters that vary along
// the row: to sums[j * n + i] is added the gradient of the i-th element of the j-th parameter. At most 1024 columns.
using ColumnKernel = void (*)(char* const* operands, std::int64_t rows, std::int64_t n, std::int64_t row_length,
                              const double* arguments, double* sums);

struct Kernels {
  MapKernel map;
  RowKernel row;        // null for an operator without parameters
  ColumnKernel column;  // likewise
};

struct OperatorKernels {
  Kernels forward[element_count];
  Kernels backward[element_count];
  Kernels double_backward[element_count];
};

}  // namespace torchactiv
