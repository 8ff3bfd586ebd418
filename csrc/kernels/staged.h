// Elementwise loops over short elements by way of longer ones in the first-level cache, on which the loop for these
// works: for what is not worth, or needs no, code of its own.
#pragma once

#include "csrc/kernels/map.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class E, class Direction>
constexpr StagedContext float_loop{
    {Map<E, Direction>::vectors}, lanes<E>, Direction::outputs, Direction::outputs + Direction::inputs};

// A MapKernel's function, whose context is a StagedContext. Compiled once for all operators (staged.cpp).
template <class E>
void run_staged(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns,
                std::int64_t rows, const double* arguments);
extern template void run_staged<BFloat16>(const void*, char* const*, const std::int64_t*, std::int64_t, std::int64_t,
                                          const double*);
extern template void run_staged<Float16>(const void*, char* const*, const std::int64_t*, std::int64_t, std::int64_t,
                                         const double*);

constexpr std::size_t most_arguments = 8;  // plain numbers of an operator

// Floats by way of doubles, but with plain numbers that are floats. These are VectorLoops.
struct WidenedContext {
  MapKernel loop;
  int outputs, operands, arguments;
};
void run_widened_vectors(const void* context, char* const* data, const std::int64_t* strides, std::int64_t n,
                         std::int64_t rows, const double* arguments);
// A MapKernel's function, with the same context.
void run_widened(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns,
                 std::int64_t rows, const double* arguments);

template <class Direction>
constexpr WidenedContext double_loop{{Map<Float64, Direction>::vectors},
                                     Direction::outputs,
                                     Direction::outputs + Direction::inputs,
                                     Direction::arguments};
// For 16-bit elements by way of floats by way of doubles.
template <class Direction>
constexpr StagedContext widened_loop{{run_widened_vectors, &double_loop<Direction>},
                                     lanes<Float64>,
                                     Direction::outputs,
                                     Direction::outputs + Direction::inputs};

}  // namespace torchactiv::TORCHACTIV_ISA
