// Operators with coefficients at the counts that they start with, as operators of so many inputs: their loops know the
// counts when they are compiled, and hold in registers what those of counted_map.h hold in memory.
#pragma once

#include <algorithm>

#include "csrc/kernels/counted_directions.h"
#include "csrc/kernels/map.h"
#include "csrc/kernels/staged.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Op>
constexpr Counts starting_counts = [] {
  Counts counts{};
  for (const Input& input : Op::inputs)
    counts.count[counts.inputs++] = input.role == Role::coefficients ? static_cast<int>(input.initials.size()) : 1;
  return counts;
}();

template <class Op, template <class> class Counted>
struct Starting {
  static constexpr int arguments = argument_count<Op>;
  static constexpr Counts counts = starting_counts<Op>;
  static constexpr int outputs = Counted<Op>::outputs(counts), inputs = Counted<Op>::inputs(counts);
  static constexpr int data_inputs = inputs - counts.total() + data_count<Op>;
  static constexpr bool is_backward = std::is_same_v<Counted<Op>, CountedBackward<Op>>;
  static constexpr int data_outputs = is_backward ? data_count<Op> : outputs;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& x, const double* arguments) {
    std::array<V, outputs> y;
    Counted<Op>::evaluate(counts, x.data(), y.data(), arguments);
    return y;
  }

  template <class V>
  static auto prepare(const std::array<V, inputs>& x, const double* arguments)
    requires Prepares<Op>
  {
    const V* const saved = x.data() + (inputs - counts.total());  // behind the gradient
    return apply<Op>([](const V&, const auto&... a) { return typename Op::template Prepared<V>(a...); }, counts, saved,
                     arguments);
  }
  template <class V, class Prepared>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& x, const Prepared& prepared, const double*) {
    std::array<V, outputs> y;
    if constexpr (is_backward)
      Op::scaled_partials(y.data(), x[0], x[1], prepared);
    else
      y[0] = Op::forward(x[0], prepared);
    return y;
  }
};

// A MapKernel's function, of elements that are floats or shorter.
template <class Op, class E, template <class> class Counted>
void run_starting(char* const* data, const std::int64_t* strides, std::int64_t columns, std::int64_t rows,
                  const double* arguments) {
  using Element = InDoubles<Float32In<Batch<Float, 1>>>;  // more would not fit in the registers
  using Direction = Starting<Op, Counted>;
  if constexpr (std::same_as<E, Float32>)
    Map<Element, Direction>::run(nullptr, data, strides, columns, rows, arguments);
  else
    run_staged<E>(&float_loop<Element, Direction>, data, strides, columns, rows, arguments);
}

}  // namespace torchactiv::TORCHACTIV_ISA
