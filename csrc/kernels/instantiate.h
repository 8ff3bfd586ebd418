// The kernels of one operator for one instruction set: the build makes a translation unit of each pair, which includes
// the operator's header and says TORCHACTIV_KERNELS(name, struct). See cmake/Kernels.cmake.
#pragma once

#include "csrc/kernels/counted_map.h"
#include "csrc/kernels/fused_columns.h"
#include "csrc/kernels/fused_directions.h"
#include "csrc/kernels/fused_elements.h"
#include "csrc/kernels/fused_rows.h"
#include "csrc/kernels/gradient_of_slope.h"
#include "csrc/kernels/map.h"
#include "csrc/kernels/staged.h"
#include "csrc/kernels/starting_counts.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Op, class Direction>
constexpr Precision precision_of =
    (fused_float && Op::floats_where_fused) || (has_tables && Op::floats_where_tabled) ? Precision::floats
    : is_value<Op, Direction>                                                          ? Op::forward_precision
                                                                                       : Op::partials_precision;
template <class Op, class Direction>
constexpr bool shorts_as_floats = precision_of<Op, Direction> == Precision::floats_for_all ||
                                  precision_of<Op, Direction> == Precision::doubles_for_all;

// The loop over elements of type E. Where 16-bit types are computed as floats are, and for operators with parameters,
// loops over floats do the work: half of the code, at nearly the same speed, unless a formula is as short as that of
// PyTorch's function with a parameter (prelu). In double backward, which few networks call, doubles do it for all, but
// for slopes that are cheap: they are pieces of lines, whose derivatives floats hold.
template <class Op, class E, class Direction>
constexpr MapKernel map_of() {
  constexpr bool is_forward = is_value<Op, Direction>;
  constexpr bool is_second = std::is_same_v<Direction, DoubleBackward<Op>> && !Op::has_cheap_slope;
  constexpr Precision precision = precision_of<Op, Direction>;
  constexpr bool in_doubles = precision == Precision::doubles || precision == Precision::doubles_for_all;
  constexpr bool as_floats = shorts_as_floats<Op, Direction>;
  constexpr bool by_way_of_floats = as_floats || (parameter_count<Op> > 0 && !(is_forward && Op::drop_in));
  using FloatElement = std::conditional_t<in_doubles, InDoubles<Float32In<FewFloats>>, Float32>;
  using StagedElement = std::conditional_t<as_floats, FloatElement, ShortFloat32>;
  if constexpr (is_second && std::is_same_v<E, Float32>)
    return {run_widened, &double_loop<Direction>};
  else if constexpr (is_second && sizeof(typename E::Storage) == 2)
    return {run_staged<E>, &widened_loop<Direction>};
  else if constexpr (std::is_same_v<E, Float32>)
    return {Map<FloatElement, Direction>::run};
  else if constexpr (sizeof(typename E::Storage) == 2 && by_way_of_floats)
    return {run_staged<E>, &float_loop<StagedElement, Direction>};
  else
    return {Map<E, Direction>::run};
}

// The same for operators with coefficients, for which doubles do all the work. The counts that they start with have
// code of their own where floats or shorter ones are trained with them.
template <class Op, class E, template <class> class Counted>
constexpr MapKernel counted_map_of() {
  static_assert(Op::forward_precision == Precision::doubles_for_all &&
                Op::partials_precision == Precision::doubles_for_all);
  using Any = CountedMap<Counted<Op>>;
  if constexpr (std::is_same_v<E, Float64>)
    return {Any::run};
  else if constexpr (std::is_same_v<Counted<Op>, CountedDoubleBackward<Op>>)
    return {Any::template run_short<E>};
  else
    return {[](const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns,
               std::int64_t rows, const double* arguments) {
      if (*static_cast<const Counts*>(context) == starting_counts<Op>)
        run_starting<Op, E, Counted>(data, strides, columns, rows, arguments);
      else
        Any::template run_short<E>(context, data, strides, columns, rows, arguments);
    }};
}

template <class Op, class E, template <class> class Direction, template <class> class Counted>
constexpr MapKernel kernel_of() {
  if constexpr (has_coefficients<Op>)
    return counted_map_of<Op, E, Counted>();
  else
    return map_of<Op, E, Direction<Op>>();
}

template <class Op, class E>
constexpr MapKernel forward_backward_of() {
  if constexpr (SharesWork<Op>)
    return map_of<Op, E, ForwardBackward<Op>>();
  else
    return {};
}

template <class Op, class E>
constexpr MapKernel inverse_of() {
  if constexpr (HasInverse<Op>)
    return {Map<E, Inverse<Op>>::run};
  else
    return {};
}

// Backward of floats that were 16-bit elements, where less is computed for them.
template <class Op>
constexpr MapKernel short_backward_of() {
  if constexpr (parameter_count<Op> > 0 && !has_coefficients<Op> && !shorts_as_floats<Op, Backward<Op>>)
    return {Map<ShortFloat32, Backward<Op>>::run};
  else
    return {};
}

template <bool exists, class Op, class E, class Direction>
constexpr MapKernel map_if() {
  if constexpr (exists)
    return map_of<Op, E, Direction>();
  else
    return {};
}

// Backward behind a bias sums the bias's gradient, which is done in floats and doubles.
template <class Op>
constexpr FusedLoops fused_loops_of() {
  const auto fill = []<bool exists, class Direction>(MapKernel(&kernels)[element_count]) {
    kernels[static_cast<int>(Element::float32)] = map_if<exists, Op, Float32, Direction>();
    kernels[static_cast<int>(Element::bfloat16)] = map_if<exists, Op, BFloat16, Direction>();
    kernels[static_cast<int>(Element::float16)] = map_if<exists, Op, Float16, Direction>();
  };
  constexpr bool gate = Op::has_fused_gate, bias = Op::has_fused_bias;
  FusedLoops loops{};
  fill.template operator()<gate, FusedGate<Op>>(loops.gated_forward);
  fill.template operator()<gate, FusedGateBackward<Op>>(loops.gated_backward);
  fill.template operator()<bias, FusedBias<Op>>(loops.biased_forward);
  loops.biased_backward[static_cast<int>(Element::float32)] = map_if<bias, Op, Float32, FusedBiasBackward<Op>>();
  return loops;
}

template <class Op>
constexpr bool sums_gradients = parameter_count<Op> > 0 || has_coefficients<Op>;
static_assert(most_lanes % lanes<Float32> == 0 && most_lanes % SingleDoubles::lanes == 0);

template <class Op>
constexpr const Counts* summed_counts = has_coefficients<Op> ? &starting_counts<Op> : nullptr;

// Whether the second pass of backward has a loop of its own, and does not read slopes in any case.
template <class Op>
constexpr bool calculates_slope_again = !keeps_slope<Op> && !is_identity<Op>;
template <class Op>
constexpr bool normalises_from_output = HasInverse<Op> && Op::has_cheap_slope;
template <class Op, class Data>
constexpr FusedColumns fused_columns() {
  using Columns = ColumnsNormalisedBy<Op, Data>;
  FusedColumns loops{
      .forward = Columns::forward,
      .sums = Columns::template sums<false>,
      .gradient = GradientOfSlope<Data>::columns,
      .gradient_of_slope = GradientOfSlope<Data>::columns,
  };
  if constexpr (calculates_slope_again<Op>) loops.gradient = Columns::template gradient<false, false>;
  if constexpr (normalises_from_output<Op>) {
    loops.sums_from_output = Columns::template sums<true>;
    loops.gradient_from_output = Columns::template gradient<true, false>;
    loops.gradient_of_slope_from_output = Columns::template gradient<true, true>;
  }
  return loops;
}

template <class Op, class Data>
constexpr FusedRows fused_rows() {
  using Rows = RowsNormalisedBy<Op, Data>;
  FusedRows loops{
      .forward = Rows::forward,
      .sums = Rows::sums,
      .gradient = GradientOfSlope<Data>::rows,
      .gradient_of_slope = GradientOfSlope<Data>::rows,
  };
  if constexpr (calculates_slope_again<Op>) loops.gradient = Rows::gradient;
  return loops;
}

template <class Op, class Data>
constexpr FusedElements fused_elements() {
  return {.forward = ElementsNormalisedBy<Op, Data>::forward, .sums = ElementsNormalisedBy<Op, Data>::sums};
}

template <class Op>
constexpr FusedNormalisation fused_normalisation_of() {
  FusedNormalisation loops{
      .keeps_slope = keeps_slope<Op>,
      .lanes = RoundedVector::lanes,
      .value = activate_rounded<Op>,
      .slope = derive_rounded<Op>,
      .rows = {fused_rows<Op, float>()},
      .columns = {fused_columns<Op, float>()},
      .elements = {fused_elements<Op, float>()},
      .converts = fused_float,
  };
  // What is converted without instructions for it takes its time, and these loops theirs to compile.
  if constexpr (fused_float) {
    constexpr auto bfloat16 = static_cast<int>(Element::bfloat16), float16 = static_cast<int>(Element::float16);
    loops.rows[bfloat16] = fused_rows<Op, BFloat16Element>();
    loops.rows[float16] = fused_rows<Op, Float16Element>();
    loops.columns[bfloat16] = fused_columns<Op, BFloat16Element>();
    loops.columns[float16] = fused_columns<Op, Float16Element>();
    loops.elements[bfloat16] = fused_elements<Op, BFloat16Element>();
    loops.elements[float16] = fused_elements<Op, Float16Element>();
  }
  return loops;
}
template <class Op>
constexpr FusedNormalisation fused_normalisation = fused_normalisation_of<Op>();

// Of what is computed in floats where fma is fused, RoundedFloats have a float's digits by tables only.
template <class Op>
constexpr const FusedNormalisation* normalisation_of() {
  if constexpr (Op::has_fused_normalisation && (has_tables || !Op::floats_where_fused)) {
    static_assert(Op::floats_where_fused ||
                  (Op::forward_precision == Precision::floats && Op::partials_precision == Precision::floats));
    return &fused_normalisation<Op>;
  } else {
    return nullptr;
  }
}

// In the order of Element.
#define TORCHACTIV_ELEMENTS(Op, Direction)                      \
  {                                                             \
      kernel_of<Op, Float32, Direction, Counted##Direction>(),  \
      kernel_of<Op, Float64, Direction, Counted##Direction>(),  \
      kernel_of<Op, BFloat16, Direction, Counted##Direction>(), \
      kernel_of<Op, Float16, Direction, Counted##Direction>(),  \
  }

#define TORCHACTIV_KERNELS(name, Op)                                                                             \
  namespace torchactiv::TORCHACTIV_ISA {                                                                         \
  static_assert(Op::inputs.size() <= Counts::most_inputs && Op::arguments.size() <= most_arguments);             \
  extern const OperatorKernels name##_kernels;                                                                   \
  const OperatorKernels name##_kernels{TORCHACTIV_ELEMENTS(Op, Forward),                                         \
                                       TORCHACTIV_ELEMENTS(Op, Backward),                                        \
                                       TORCHACTIV_ELEMENTS(Op, DoubleBackward),                                  \
                                       short_backward_of<Op>(),                                                  \
                                       {forward_backward_of<Op, Float32>(), forward_backward_of<Op, Float64>()}, \
                                       {inverse_of<Op, Float32>(), inverse_of<Op, Float64>()},                   \
                                       fused_loops_of<Op>(),                                                     \
                                       sums_gradients<Op>,                                                       \
                                       summed_counts<Op>,                                                        \
                                       normalisation_of<Op>()};                                                  \
  }

}  // namespace torchactiv::TORCHACTIV_ISA
