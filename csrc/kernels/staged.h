// Elementwise loops over 16-bit elements by way of floats in the first-level cache, on which the loop for floats works:
// for what is not worth, or needs no, code of its own.
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

}  // namespace torchactiv::TORCHACTIV_ISA
