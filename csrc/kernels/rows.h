// From rows with any strides to loops over full vectors.
#pragma once

#include "csrc/kernels/table.h"
#include "csrc/simd/simd.h"

namespace torchactiv::TORCHACTIV_ISA {

// A loop whose `run` takes rows of full vectors only, in which every operand is contiguous or has a stride of 0: an
// input that is one element for the whole row, an output that is the sums along it, for each lane of a vector.
struct VectorLoop {
  MapKernel run;
  std::int64_t lanes, element_size;
  int outputs, operands;
};

// Runs it over rows of any length and strides. Compiled once for all operators, and not for each of them.
void run_rows(const VectorLoop& loop, char* const* data, const std::int64_t* strides, std::int64_t columns,
              std::int64_t rows, const double* arguments);

}  // namespace torchactiv::TORCHACTIV_ISA
