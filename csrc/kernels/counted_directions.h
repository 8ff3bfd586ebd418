// The directions of directions.h for operators with coefficients, of which there may be any number: functions from
// arrays to arrays, in the operand order of csrc/kernels/table.h.
#pragma once

#include "csrc/kernels/directions.h"
#include "csrc/kernels/table.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Op>
constexpr bool has_coefficients = [] {
  bool any = false;
  for (const Input& input : Op::inputs) any |= input.role == Role::coefficients;
  return any;
}();

// Calls function(inputs .., arguments ..), where coefficients are spans of x.
template <class Op, class V, class Function>
auto apply(Function function, const Counts& counts, const V* x, const double* arguments) {
  const V* first[input_count<Op>];
  for (int i = 0; i < input_count<Op>; ++i) {
    first[i] = x;
    x += counts.count[i];
  }
  const auto input = [&]<std::size_t i>(std::integral_constant<std::size_t, i>) {
    if constexpr (Op::inputs[i].role == Role::coefficients)
      return Coefficients<V>(first[i], static_cast<std::size_t>(counts.count[i]));
    else
      return V(*first[i]);
  };
  return [&]<std::size_t... i, std::size_t... a>(std::index_sequence<i...>, std::index_sequence<a...>) {
    return function(input(std::integral_constant<std::size_t, i>{})..., argument<V>(arguments[a])...);
  }(std::make_index_sequence<Op::inputs.size()>{}, std::make_index_sequence<argument_count<Op>>{});
}

template <class Op, class V>
void partials(const Counts& counts, const V* x, const double* arguments, V* slopes) {
  apply<Op>([&](const auto&... a) { Op::partials(slopes, a...); }, counts, x, arguments);
}

template <class Op>
struct CountedForward {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs(const Counts&) { return 1; }
  static constexpr int inputs(const Counts& counts) { return counts.total(); }

  template <class V>
  static void evaluate(const Counts& counts, const V* x, V* y, const double* arguments) {
    *y = apply<Op>([](const auto&... a) { return Op::forward(a...); }, counts, x, arguments);
  }
};

// Whether f multiplies its derivatives by a factor itself, for less than a multiplication of each.
template <class Op>
concept ScalesPartials = requires { &Op::template scaled_partials<Doubles>; };

template <class Op>
struct CountedBackward {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs(const Counts& counts) { return counts.total(); }
  static constexpr int inputs(const Counts& counts) { return 1 + counts.total(); }

  template <class V>
  static void evaluate(const Counts& counts, const V* in, V* out, const double* arguments) {
    if constexpr (ScalesPartials<Op>) {
      apply<Op>([&](const auto&... a) { Op::scaled_partials(out, in[0], a...); }, counts, in + 1, arguments);
    } else {
      partials<Op>(counts, in + 1, arguments, out);
      for (int i = 0; i < counts.total(); ++i) out[i] = chain<Op>(in[0], out[i]);
    }
  }
};

template <class Op>
struct CountedDoubleBackward {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs(const Counts& counts) { return 1 + counts.total(); }
  static constexpr int inputs(const Counts& counts) { return 1 + 2 * counts.total(); }

  template <class V>
  static void evaluate(const Counts& counts, const V* in, V* out, const double* arguments) {
    constexpr std::size_t most = most_coefficients + Counts::most_inputs;
    const int n = counts.total();
    Jet<V> jets[most], slopes[most];
    for (int i = 0; i < n; ++i) jets[i] = {in[1 + n + i], in[i]};
    partials<Op>(counts, jets, arguments, slopes);
    out[0] = along<Op>(in[0], slopes[0].value, n);
    for (int i = 1; i < n; ++i) out[0] = out[0] + along<Op>(in[i], slopes[i].value, n);
    for (int i = 0; i < n; ++i) out[1 + i] = chain<Op>(in[n], derivative(slopes[i]));
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
