// From the typed world of the dispatcher to the erased one of csrc/operators/operator.h, and back.
//
// A backend is a struct with static functions
//   Tensors forward(const Operator&, TensorSpan, ArgumentSpan)       and so on for in_place, out, backward and
//   double_backward, or with the dispatch keys as second argument.
// EntryPoints<Op> makes of them the functions with the arguments that the schema has.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <tuple>
#include <utility>

#include "csrc/operators/activations.h"
#include "csrc/operators/combinations.h"
#include "csrc/operators/operator.h"

namespace torchactiv {

template <class T, std::size_t>
using Indexed = T;

template <class Sequence>
struct ReturnOf;
template <std::size_t first, std::size_t... i>
struct ReturnOf<std::index_sequence<first, i...>> {
  using Type = std::conditional_t<sizeof...(i) == 0, at::Tensor, std::tuple<at::Tensor, Indexed<at::Tensor, i>...>>;
  static Type pack(Tensors&& results) {
    if constexpr (sizeof...(i) == 0)
      return std::move(results[0]);
    else
      return Type(std::move(results[first]), std::move(results[i])...);
  }
  static Tensors unpack(Type&& results) {
    if constexpr (sizeof...(i) == 0)
      return {std::move(results)};
    else
      return {std::move(std::get<first>(results)), std::move(std::get<i>(results))...};
  }
};

template <class Type>
c10::TypedOperatorHandle<Type> find_operator(const std::string& name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchemaOrThrow(("torchactiv::" + name).c_str(), overload).typed<Type>();
}

// A function of tensors and numbers that returns new tensors.
template <class Results, class Inputs, class Arguments>
struct Functional;
template <class Results, std::size_t... t, std::size_t... a>
struct Functional<Results, std::index_sequence<t...>, std::index_sequence<a...>> {
  using Return = typename ReturnOf<Results>::Type;
  using Type = Return(Indexed<const at::Tensor&, t>..., Indexed<double, a>...);

  template <class Op, auto body>
  static Return entry(Indexed<const at::Tensor&, t>... tensors, Indexed<double, a>... arguments) {
    return ReturnOf<Results>::pack(
        body(operator_of<Op>(), {tensors...}, std::array<double, sizeof...(a)>{arguments...}));
  }
  template <class Op, auto body>
  static Return keyed_entry(c10::DispatchKeySet keys, Indexed<const at::Tensor&, t>... tensors,
                            Indexed<double, a>... arguments) {
    return ReturnOf<Results>::pack(
        body(operator_of<Op>(), keys, {tensors...}, std::array<double, sizeof...(a)>{arguments...}));
  }
  template <class Op, auto name>
  static Tensors call(std::string_view, TensorSpan tensors, [[maybe_unused]] ArgumentSpan arguments) {
    static const auto handle = find_operator<Type>(name(Op::card.name));
    return ReturnOf<Results>::unpack(handle.call(tensors[t]..., arguments[a]...));
  }
  template <class Op, auto name>
  static Tensors redispatch(std::string_view, c10::DispatchKeySet keys, TensorSpan tensors,
                            [[maybe_unused]] ArgumentSpan arguments) {
    static const auto handle = find_operator<Type>(name(Op::card.name));
    return ReturnOf<Results>::unpack(handle.redispatch(keys, tensors[t]..., arguments[a]...));
  }
};

// The same of a combination, whose numbers are those of the activation that it names: none for its defaults.
using FindOperator = const Operator& (*)(std::string_view activation);
std::vector<double> with_defaults(const Operator& op, ArgumentSpan arguments);

template <FindOperator find, class Results, class Inputs>
struct Combined;
template <FindOperator find, class Results, std::size_t... t>
struct Combined<find, Results, std::index_sequence<t...>> {
  using Return = typename ReturnOf<Results>::Type;
  using Type = Return(Indexed<const at::Tensor&, t>..., c10::string_view, ArgumentSpan);

  template <auto body>
  static Return entry(Indexed<const at::Tensor&, t>... tensors, c10::string_view activation, ArgumentSpan arguments) {
    const Operator& op = find(activation);
    return ReturnOf<Results>::pack(body(op, {tensors...}, with_defaults(op, arguments)));
  }
  template <auto body>
  static Return keyed_entry(c10::DispatchKeySet keys, Indexed<const at::Tensor&, t>... tensors,
                            c10::string_view activation, ArgumentSpan arguments) {
    const Operator& op = find(activation);
    return ReturnOf<Results>::pack(body(op, keys, {tensors...}, with_defaults(op, arguments)));
  }
  template <auto name>
  static Tensors call(std::string_view activation, TensorSpan tensors, ArgumentSpan arguments) {
    static const auto handle = find_operator<Type>(name());
    return ReturnOf<Results>::unpack(handle.call(tensors[t]..., activation, arguments));
  }
  template <auto name>
  static Tensors redispatch(std::string_view activation, c10::DispatchKeySet keys, TensorSpan tensors,
                            ArgumentSpan arguments) {
    static const auto handle = find_operator<Type>(name());
    return ReturnOf<Results>::unpack(handle.redispatch(keys, tensors[t]..., activation, arguments));
  }
};

// A function that writes into its first tensor.
template <class Arguments>
struct InPlace;
template <std::size_t... a>
struct InPlace<std::index_sequence<a...>> {
  using Type = at::Tensor&(at::Tensor&, Indexed<double, a>...);

  template <class Op, auto body>
  static at::Tensor& entry(at::Tensor& input, Indexed<double, a>... arguments) {
    body(operator_of<Op>(), {input}, std::array<double, sizeof...(a)>{arguments...});
    return input;
  }
  template <class Op, auto body>
  static at::Tensor& keyed_entry(c10::DispatchKeySet keys, at::Tensor& input, Indexed<double, a>... arguments) {
    body(operator_of<Op>(), keys, {input}, std::array<double, sizeof...(a)>{arguments...});
    return input;
  }
  template <class Op, auto name>
  static Tensors call(std::string_view, TensorSpan tensors, [[maybe_unused]] ArgumentSpan arguments) {
    static const auto handle = find_operator<Type>(name(Op::card.name));
    at::Tensor input = tensors[0];
    handle.call(input, arguments[a]...);
    return {input};
  }
  template <class Op, auto name>
  static Tensors redispatch(std::string_view, c10::DispatchKeySet keys, TensorSpan tensors,
                            [[maybe_unused]] ArgumentSpan arguments) {
    static const auto handle = find_operator<Type>(name(Op::card.name));
    at::Tensor input = tensors[0];
    handle.redispatch(keys, input, arguments[a]...);
    return {input};
  }
};

// A function that writes into the tensor behind its inputs.
template <class Inputs, class Arguments>
struct Out;
template <std::size_t... t, std::size_t... a>
struct Out<std::index_sequence<t...>, std::index_sequence<a...>> {
  using Type = at::Tensor&(Indexed<const at::Tensor&, t>..., Indexed<double, a>..., at::Tensor&);

  template <class Op, auto body>
  static at::Tensor& entry(Indexed<const at::Tensor&, t>... tensors, Indexed<double, a>... arguments, at::Tensor& out) {
    body(operator_of<Op>(), {tensors..., out}, std::array<double, sizeof...(a)>{arguments...});
    return out;
  }
  template <class Op, auto body>
  static at::Tensor& keyed_entry(c10::DispatchKeySet keys, Indexed<const at::Tensor&, t>... tensors,
                                 Indexed<double, a>... arguments, at::Tensor& out) {
    body(operator_of<Op>(), keys, {tensors..., out}, std::array<double, sizeof...(a)>{arguments...});
    return out;
  }
  template <class Op, auto name>
  static Tensors call(std::string_view, TensorSpan tensors, [[maybe_unused]] ArgumentSpan arguments) {
    static const auto handle = find_operator<Type>(name(Op::card.name), "out");
    at::Tensor out = tensors.back();
    handle.call(tensors[t]..., arguments[a]..., out);
    return {out};
  }
  template <class Op, auto name>
  static Tensors redispatch(std::string_view, c10::DispatchKeySet keys, TensorSpan tensors,
                            [[maybe_unused]] ArgumentSpan arguments) {
    static const auto handle = find_operator<Type>(name(Op::card.name), "out");
    at::Tensor out = tensors.back();
    handle.redispatch(keys, tensors[t]..., arguments[a]..., out);
    return {out};
  }
};

// The functions of one operator.
template <class Op>
struct EntryPoints {
  static constexpr std::size_t input_count = Op::inputs.size();
  static constexpr std::size_t saved_count = Op::saved == Saved::inputs ? input_count : 1;
  template <std::size_t n>
  using Count = std::make_index_sequence<n>;
  using Arguments = Count<Op::arguments.size()>;

  using Forward = Functional<Count<1>, Count<input_count>, Arguments>;
  using ForwardInPlace = InPlace<Arguments>;
  using ForwardOut = Out<Count<input_count>, Arguments>;
  using Backward = Functional<Count<input_count>, Count<1 + saved_count>, Arguments>;
  using DoubleBackward = Functional<Count<1 + saved_count>, Count<1 + 2 * saved_count>, Arguments>;
};

// Their names.
inline std::string forward_name(std::string_view name) { return std::string(name); }
inline std::string in_place_name(std::string_view name) { return std::string(name) + "_"; }
inline std::string backward_name(std::string_view name) { return std::string(name) + "_backward"; }
inline std::string double_backward_name(std::string_view name) { return std::string(name) + "_double_backward"; }
inline std::string out_name(std::string_view name) { return std::string(name) + ".out"; }

// The functions of a combination; they have the names of the formula, not of the activation in it.
template <class Formula>
struct CombinationEntryPoints {
  static constexpr std::size_t input_count = Formula::inputs.size();
  template <std::size_t n>
  using Count = std::make_index_sequence<n>;
  static constexpr FindOperator find = combination_of<Formula>;
  static std::string forward() { return forward_name(Formula::name); }
  static std::string backward() { return backward_name(Formula::name); }
  static std::string double_backward() { return double_backward_name(Formula::name); }

  using Forward = Combined<find, Count<1>, Count<input_count>>;
  using Backward = Combined<find, Count<input_count>, Count<1 + input_count>>;
  using DoubleBackward = Combined<find, Count<1 + input_count>, Count<1 + 2 * input_count>>;
};

// Registers those functions of Backend that exist for every operator.
template <class Backend>
void register_functional(torch::Library& m) {
  for_each_activation([&]<class Op>() {
    using E = EntryPoints<Op>;
    const auto name = Op::card.name;
    m.impl(forward_name(name).c_str(), &E::Forward::template entry<Op, Backend::forward>);
    m.impl(backward_name(name).c_str(), &E::Backward::template entry<Op, Backend::backward>);
    m.impl(double_backward_name(name).c_str(), &E::DoubleBackward::template entry<Op, Backend::double_backward>);
  });
  for_each_combination([&]<class Formula>() {
    using E = CombinationEntryPoints<Formula>;
    m.impl(E::forward().c_str(), &E::Forward::template entry<Backend::forward>);
    m.impl(E::backward().c_str(), &E::Backward::template entry<Backend::backward>);
    m.impl(E::double_backward().c_str(), &E::DoubleBackward::template entry<Backend::double_backward>);
  });
}

template <class Backend>
void register_writing(torch::Library& m) {
  for_each_activation([&]<class Op>() {
    using E = EntryPoints<Op>;
    const auto name = Op::card.name;
    m.impl(out_name(name).c_str(), &E::ForwardOut::template entry<Op, Backend::out>);
    if constexpr (Op::in_place)
      m.impl(in_place_name(name).c_str(), &E::ForwardInPlace::template entry<Op, Backend::in_place>);
  });
}

// The same for backends that redispatch and so take the dispatch keys.
template <class Backend>
void register_functional_keyed(torch::Library& m) {
  for_each_activation([&]<class Op>() {
    using E = EntryPoints<Op>;
    const auto name = Op::card.name;
    m.impl(forward_name(name).c_str(), &E::Forward::template keyed_entry<Op, Backend::forward>);
    m.impl(backward_name(name).c_str(), &E::Backward::template keyed_entry<Op, Backend::backward>);
    m.impl(double_backward_name(name).c_str(), &E::DoubleBackward::template keyed_entry<Op, Backend::double_backward>);
  });
  for_each_combination([&]<class Formula>() {
    using E = CombinationEntryPoints<Formula>;
    m.impl(E::forward().c_str(), &E::Forward::template keyed_entry<Backend::forward>);
    m.impl(E::backward().c_str(), &E::Backward::template keyed_entry<Backend::backward>);
    m.impl(E::double_backward().c_str(), &E::DoubleBackward::template keyed_entry<Backend::double_backward>);
  });
}

template <class Backend>
void register_writing_keyed(torch::Library& m) {
  for_each_activation([&]<class Op>() {
    using E = EntryPoints<Op>;
    const auto name = Op::card.name;
    m.impl(out_name(name).c_str(), &E::ForwardOut::template keyed_entry<Op, Backend::out>);
    if constexpr (Op::in_place)
      m.impl(in_place_name(name).c_str(), &E::ForwardInPlace::template keyed_entry<Op, Backend::in_place>);
  });
}

}  // namespace torchactiv
