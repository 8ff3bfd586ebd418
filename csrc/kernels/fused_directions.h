// Products and sums around an activation in one loop with it, for those that stand in them so often that this is worth
// the code. For all others csrc/kernels/combination_formulas.h calls the activation's kernels block by block.
#pragma once

#include "csrc/kernels/directions.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class V>
struct ValueAndSlope {
  V value, slope;
};

template <class Op, class V>
ValueAndSlope<V> value_and_slope(const V& x, const double* arguments) {
  if constexpr (SharesWork<Op>) {
    const auto [value, slope] =
        apply<Op>([](auto... a) { return Op::value_and_slope(a...); }, std::array<V, 1>{x}, arguments);
    return {value, slope};
  } else {
    const V value = Forward<Op>::template evaluate<V>({x}, arguments)[0];
    const std::array<V, 1> saved{Op::saved == Saved::output ? value : x};
    return {value, partials<Op>(saved, arguments)[0]};
  }
}

// f(gate) up
template <class Op>
struct FusedGate {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs = 1, inputs = 2;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& in, const double* arguments) {
    return {Forward<Op>::template evaluate<V>({in[0]}, arguments)[0] * in[1]};
  }
};

template <class Op>
struct FusedGateBackward {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs = 2, inputs = 3;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& in, const double* arguments) {
    const auto [gradient, gate, up] = in;
    const auto [value, slope] = value_and_slope<Op>(gate, arguments);
    return {chain<Op>(gradient * up, slope), gradient * value};
  }
};

// f(x + bias)
template <class Op>
struct FusedBias {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs = 1, inputs = 2;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& in, const double* arguments) {
    return Forward<Op>::template evaluate<V>({in[0] + in[1]}, arguments);
  }
};

template <class Op>
struct FusedBiasBackward {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs = 2, data_outputs = 1, inputs = 3, data_inputs = 2;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& in, const double* arguments) {
    std::array<V, 1> saved{in[1] + in[2]};
    if constexpr (Op::saved == Saved::output) saved = Forward<Op>::template evaluate<V>(saved, arguments);
    const V gradient = chain<Op>(in[0], partials<Op>(saved, arguments)[0]);
    return {gradient, gradient};
  }
};

// Whether the result alone is calculated, and with the precision of that.
template <class Op, class Direction>
constexpr bool is_value = std::is_same_v<Direction, Forward<Op>> || std::is_same_v<Direction, FusedGate<Op>> ||
                          std::is_same_v<Direction, FusedBias<Op>>;

}  // namespace torchactiv::TORCHACTIV_ISA
