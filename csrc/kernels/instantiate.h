// The kernels of one operator for one instruction set: the build makes a translation unit of each pair, which includes
// the operator's header and says TORCHACTIV_KERNELS(name, struct). See CMakeLists.txt.
#pragma once

#include "csrc/kernels/map.h"
#include "csrc/kernels/reduce.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Op, class E, class Direction>
constexpr Kernels kernels_of() {
  if constexpr (parameter_count<Op> > 0 && !std::is_same_v<Direction, Forward<Op>>)
    return {Map<E, Direction>::run, Reduce<E, Direction>::row, Reduce<E, Direction>::column};
  else
    return {Map<E, Direction>::run, nullptr, nullptr};
}

// In the order of Element.
#define TORCHACTIV_ELEMENTS(Op, Direction)       \
  {                                              \
      kernels_of<Op, Float32, Direction<Op>>(),  \
      kernels_of<Op, Float64, Direction<Op>>(),  \
      kernels_of<Op, BFloat16, Direction<Op>>(), \
      kernels_of<Op, Float16, Direction<Op>>(),  \
  }

#define TORCHACTIV_KERNELS(name, Op)                                                                        \
  namespace torchactiv::TORCHACTIV_ISA {                                                                    \
  extern const OperatorKernels name##_kernels;                                                              \
  const OperatorKernels name##_kernels{TORCHACTIV_ELEMENTS(Op, Forward), TORCHACTIV_ELEMENTS(Op, Backward), \
                                       TORCHACTIV_ELEMENTS(Op, DoubleBackward)};                            \
  }

}  // namespace torchactiv::TORCHACTIV_ISA
