#include "csrc/kernels/combinations.h"

#include "csrc/kernels/combination_formulas.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

// A VectorLoop's.
template <class Formula, class T>
void vectors(const void* context, char* const* data, const std::int64_t* strides, std::int64_t n, std::int64_t rows,
             const double* arguments) {
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
void run(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns, std::int64_t rows,
         const double* arguments) {
  run_rows(
      {{vectors<Formula, T>, context}, block_lanes, sizeof(T), Formula::outputs, Formula::outputs + Formula::inputs},
      data, strides, columns, rows, arguments);
}

template <class Formula>
constexpr DirectionFunctions functions_of() {
  return {run<Formula, float>, run<Formula, double>, block_lanes, Formula::outputs, Formula::outputs + Formula::inputs};
}

}  // namespace

extern const CombinationFunctions combination_functions;
const CombinationFunctions combination_functions{
    functions_of<GatedForward>(),
    functions_of<GatedBackward>(),
    functions_of<GatedDoubleBackward>(),
    functions_of<BiasedForward>(),
    functions_of<BiasedBackward>(),
    functions_of<BiasedDoubleBackward>(),
    functions_of<BiasedGateForward>(),
    functions_of<BiasedGateBackward>(),
    functions_of<BiasedGateDoubleBackward>(),
    functions_of<ScaledForward>(),
    functions_of<ScaledBackward>(),
    functions_of<ScaledDoubleBackward>(),
    run_staged<BFloat16>,
    run_staged<Float16>,
};

}  // namespace torchactiv::TORCHACTIV_ISA
