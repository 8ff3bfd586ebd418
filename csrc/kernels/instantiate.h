// The kernels of one operator for one instruction set: the build makes a translation unit of each pair, which includes
// the operator's header and says TORCHACTIV_KERNELS(name, struct). See CMakeLists.txt.
#pragma once

#include "csrc/kernels/map.h"
#include "csrc/kernels/reduce.h"

namespace torchactiv::TORCHACTIV_ISA {

// What elements of type E are computed in.
template <class E, Precision precision>
struct Computed {
  static constexpr bool is_float = std::same_as<E, Float32>, is_half = !is_float && !std::same_as<E, Float64>;
  static constexpr bool in_doubles = (is_float && precision != Precision::floats) ||
                                     (is_half && precision == Precision::doubles_for_all);
  static auto choose() {
    if constexpr (in_doubles)
      return typename Doubled<E>::Type{};
    else
      return E{};
  }
  using Type = decltype(choose());
};

template <class Op, class Element, class Direction>
constexpr Kernels kernels_of() {
  constexpr bool forward = std::is_same_v<Direction, Forward<Op>>;
  using E = typename Computed<Element, forward ? Op::forward_precision : Op::partials_precision>::Type;
  if constexpr (parameter_count<Op> > 0 && !forward)
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
