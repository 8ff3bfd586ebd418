// Forward, backward and double backward of an operator as functions from a few vectors to a few vectors, in the operand
// order of csrc/kernels/table.h.
#pragma once

#include <array>
#include <limits>
#include <utility>

#include "csrc/numbers/jet_functions.h"
#include "csrc/numbers/vector.h"
#include "ops/card.h"
#include "ops/tame.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Op>
constexpr int input_count = static_cast<int>(Op::inputs.size());
template <class Op>
constexpr int argument_count = static_cast<int>(Op::arguments.size());
template <class Op>
constexpr int saved_count = Op::saved == Saved::inputs ? input_count<Op> : 1;

template <class Op>
constexpr int parameter_count = [] {
  int count = 0;
  for (const Input& input : Op::inputs) count += input.role == Role::parameter;
  return count;
}();

template <class Op>
constexpr int data_count = [] {
  int count = 0;
  for (const Input& input : Op::inputs) count += input.role == Role::data;
  return count;
}();

// A NaN that came from outside might have any bits, which BFloat16::store would round.
inline double without_payload(double a) { return a == a ? a : std::numeric_limits<double>::quiet_NaN(); }

// Whether V holds floats as doubles, whose arguments are floats all the same.
template <class V>
constexpr bool holds_floats = requires { requires V::is_single; };
template <class V>
constexpr bool holds_floats<Jet<V>> = holds_floats<V>;

template <class V>
V argument(double a) {
  return V(without_payload(holds_floats<V> ? static_cast<double>(static_cast<float>(a)) : a));
}

// Calls function(x[0], .., x[n-1], arguments[0], ..).
template <class Op, class V, std::size_t n, class Function>
auto apply(Function function, const std::array<V, n>& x, const double* arguments) {
  return [&]<std::size_t... i, std::size_t... a>(std::index_sequence<i...>, std::index_sequence<a...>) {
    return function(x[i]..., argument<V>(arguments[a])...);
  }(std::make_index_sequence<n>{}, std::make_index_sequence<argument_count<Op>>{});
}

template <class Op, class V>
V chain(V gradient, V slope) {
  if constexpr (Op::masks_gradient) return select(slope == V(0.0), V(0.0), gradient * slope);
  return gradient * slope;
}

// Whether f is written in what follows from the parameters alone, Prepared, which the loop for constant ones calculates
// once: the compiler does not move a long calculation out of a loop.
template <class Op>
concept Prepares = requires { typename Op::template Prepared<Doubles>; };

template <class Op, class V>
auto prepared(const std::array<V, input_count<Op>>& x, const double* arguments) {
  return apply<Op>([](const V&, auto... a) { return typename Op::template Prepared<V>(a...); }, x, arguments);
}
// Calls function(x, prepared, arguments[0], ..) for the operator's first input, its data.
template <class Op, class V, class Prepared, class Function>
auto apply_prepared(Function function, const V& x, const Prepared& prepared, const double* arguments) {
  return apply<Op>([&](const V& data, auto... a) { return function(data, prepared, a...); }, std::array<V, 1>{x},
                   arguments);
}

template <class Op>
struct Forward {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs = 1, inputs = input_count<Op>, data_inputs = data_count<Op>;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& x, const double* arguments) {
    return {apply<Op>([](auto... a) { return Op::forward(a...); }, x, arguments)};
  }

  template <class V>
  static auto prepare(const std::array<V, inputs>& x, const double* arguments)
    requires Prepares<Op>
  {
    return prepared<Op>(x, arguments);
  }
  template <class V, class Prepared>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& x, const Prepared& prepared,
                                         const double* arguments) {
    return {apply_prepared<Op>([](auto... a) { return Op::forward(a...); }, x[0], prepared, arguments)};
  }
};

template <class Op, class V, std::size_t n>
auto partials(const std::array<V, n>& saved, const double* arguments) {
  return apply<Op>([](auto... a) { return Op::partials(a...); }, saved, arguments);
}

template <class Op>
struct Backward {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs = input_count<Op>, inputs = 1 + saved_count<Op>;
  static constexpr int data_inputs = 1 + (Op::saved == Saved::inputs ? data_count<Op> : 1);
  static constexpr int data_outputs = data_count<Op>;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& in, const double* arguments) {
    std::array<V, saved_count<Op>> saved;
    for (int i = 0; i < saved_count<Op>; ++i) saved[i] = in[1 + i];
    return times_gradient(in[0], partials<Op>(saved, arguments));
  }

  template <class V>
  static auto prepare(const std::array<V, inputs>& in, const double* arguments)
    requires Prepares<Op>
  {
    std::array<V, input_count<Op>> saved;
    for (int i = 0; i < input_count<Op>; ++i) saved[i] = in[1 + i];
    return prepared<Op>(saved, arguments);
  }
  template <class V, class Prepared>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& in, const Prepared& prepared,
                                         const double* arguments) {
    return times_gradient(in[0],
                          apply_prepared<Op>([](auto... a) { return Op::partials(a...); }, in[1], prepared, arguments));
  }

 private:
  template <class V, class Slopes>
  static std::array<V, outputs> times_gradient(const V& gradient, const Slopes& slopes) {
    std::array<V, outputs> result;
    for (int i = 0; i < outputs; ++i) result[i] = chain<Op>(gradient, slopes[i]);
    return result;
  }
};

template <class Op>
concept SharesWork = requires { &Op::template value_and_slope<Doubles>; };

template <class Op>
struct ForwardBackward {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs = 2, inputs = 2;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& in, const double* arguments) {
    const auto [value, slope] =
        apply<Op>([](auto... a) { return Op::value_and_slope(a...); }, std::array<V, 1>{in[1]}, arguments);
    return {value, chain<Op>(in[0], slope)};
  }
};

template <class Op>
concept HasInverse = requires { &Op::template inverse<Doubles>; };

template <class Op>
struct Inverse {
  static constexpr int arguments = argument_count<Op>;
  static constexpr int outputs = 1, inputs = 1;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& y, const double* arguments) {
    return {apply<Op>([](auto... a) { return Op::inverse(a...); }, y, arguments)};
  }
};

// A term of the derivative along v. One of several inputs whose gradient is not differentiated has zeros in v, which
// add nothing, were the slope infinite.
template <class Op, class V>
V along(const V& v, const V& slope, int inputs) {
  return inputs == 1 ? chain<Op>(v, slope) : scaled(slope, v);
}

// The derivative of a slope, which is NaN where the slope is, constant pieces of functions included.
template <class V>
V derivative(const Jet<V>& slope) {
  return select(V(0.0) <= abs(slope.value), slope.tangent, slope.value);
}

// With L = sum_i v_i g f_i(s): dL/dg = sum_i v_i f_i, and dL/ds_j = g sum_i v_i f_ij, which, the second derivatives
// being symmetric, is g times the derivative of f_j along v.
template <class Op>
struct DoubleBackward {
  static constexpr int saved = saved_count<Op>, outputs = 1 + saved, inputs = 1 + 2 * saved;
  static constexpr int arguments = argument_count<Op>;

  template <class V>
  static std::array<V, outputs> evaluate(const std::array<V, inputs>& in, const double* arguments) {
    std::array<Jet<V>, saved> jets;
    for (int i = 0; i < saved; ++i) jets[i] = {in[1 + saved + i], in[i]};
    const auto slopes = partials<Op>(jets, arguments);
    std::array<V, outputs> result;
    result[0] = along<Op>(in[0], slopes[0].value, saved);
    for (int i = 1; i < saved; ++i) result[0] = result[0] + along<Op>(in[i], slopes[i].value, saved);
    for (int i = 0; i < saved; ++i) result[1 + i] = chain<Op>(in[saved], derivative(slopes[i]));
    return result;
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
