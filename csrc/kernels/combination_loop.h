// Formulas over blocks (csrc/kernels/combination_block.h) as functions over rows.
#pragma once

#include "csrc/kernels/combination_block.h"

namespace torchactiv::TORCHACTIV_ISA {

// A VectorLoop's.
template <class Formula, class T>
void formula_vectors(const void* context, char* const* data, const std::int64_t* strides, std::int64_t n,
                     std::int64_t rows, const double* arguments) {
  constexpr int outputs = Formula::outputs, inputs = Formula::inputs;
  Block<T> block(*static_cast<const CombinationContext*>(context), arguments);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t done = 0; done < n; done += block.n) {
      block.n = std::min(Block<T>::length, n - done);
      const auto place = [&](int i) {
        return reinterpret_cast<T*>(data[i] + row * strides[outputs + inputs + i] + done * strides[i]);
      };
      T* out[outputs];
      Part<T> in[inputs];
      for (int i = 0; i < outputs; ++i) out[i] = place(i);
      for (int i = 0; i < inputs; ++i) in[i] = {place(outputs + i), strides[outputs + i] == 0 ? 0 : 1};
      Formula::run(block, out, in);
    }
  }
}

template <class Formula, class T>
void run_formula(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns,
                 std::int64_t rows, const double* arguments) {
  run_rows({{formula_vectors<Formula, T>, context},
            block_lanes,
            sizeof(T),
            Formula::outputs,
            Formula::outputs + Formula::inputs},
           data, strides, columns, rows, arguments);
}

template <class Formula>
constexpr DirectionFunctions functions_of() {
  return {run_formula<Formula, float>, run_formula<Formula, double>, block_lanes, Formula::outputs,
          Formula::outputs + Formula::inputs};
}

}  // namespace torchactiv::TORCHACTIV_ISA
