#include "csrc/kernels/combinations.h"

#include "csrc/kernels/combination_formulas.h"
#include "csrc/kernels/combination_loop.h"

namespace torchactiv::TORCHACTIV_ISA {
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
