// From the typed world of the dispatcher to the erased one of csrc/operators/operator.h, and back. What is a template
// here is one of the shape of a function, so many tensors and so many numbers, and not of each operator: compiled for
// each of these and each dispatch key it took longer than all that it registers.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <array>
#include <memory>
#include <tuple>
#include <utility>

#include "csrc/operators/operator.h"

namespace torchactiv {

// What implements a function for a dispatch key. Its keys are for those that redispatch.
using Body = Tensors (*)(const Operator&, c10::DispatchKeySet keys, TensorSpan, ArgumentSpan);

// What a function of a schema belongs to: an operator, or the operator that its argument `activation` leads to.
using FindOperator = const Operator& (*)(std::string_view activation);
struct Target {
  const Operator* op = nullptr;
  FindOperator find = nullptr;
};
// Throws a ValueError, in the name of `function`, unless the activation takes so many; none for its defaults.
std::vector<double> with_defaults(std::string_view function, const Operator& activation, ArgumentSpan arguments);

// A shape of functions: how to register one, and how to call it by its handle.
struct Signature {
  c10::KernelFunction (*kernel)(const Target&, Body);
  c10::impl::CppSignature (*types)();
  const void* (*find)(const c10::OperatorName&);  // a handle, which lives as long as the program
  Tensors (*call)(const void* handle, std::string_view activation, TensorSpan, ArgumentSpan);
  Tensors (*redispatch)(const void* handle, std::string_view activation, c10::DispatchKeySet, TensorSpan, ArgumentSpan);
};

template <class T, std::size_t>
using Indexed = T;

template <std::size_t n>
using Count = std::make_index_sequence<n>;

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

// A function of tensors and numbers that returns new tensors. `with_handle` calls what is given the handle's arguments.
template <class Results, class Inputs, class Arguments>
struct Functional;
template <class Results, std::size_t... t, std::size_t... a>
struct Functional<Results, std::index_sequence<t...>, std::index_sequence<a...>> {
  using Return = typename ReturnOf<Results>::Type;
  using Type = Return(Indexed<const at::Tensor&, t>..., Indexed<double, a>...);

  struct Kernel : c10::OperatorKernel {
    Target target;
    Body body;
    Kernel(const Target& target, Body body) : target(target), body(body) {}
    Return operator()(c10::DispatchKeySet keys, Indexed<const at::Tensor&, t>... tensors,
                      Indexed<double, a>... arguments) {
      return ReturnOf<Results>::pack(
          body(*target.op, keys, {tensors...}, std::array<double, sizeof...(a)>{arguments...}));
    }
  };
  template <class Function>
  static Tensors with_arguments(Function function, std::string_view, TensorSpan tensors,
                                [[maybe_unused]] ArgumentSpan arguments) {
    return ReturnOf<Results>::unpack(function(tensors[t]..., arguments[a]...));
  }
};

// The same of a combination, whose numbers are those of the activation that it names.
template <class Results, class Inputs>
struct Combined;
template <class Results, std::size_t... t>
struct Combined<Results, std::index_sequence<t...>> {
  using Return = typename ReturnOf<Results>::Type;
  using Type = Return(Indexed<const at::Tensor&, t>..., c10::string_view, ArgumentSpan);

  struct Kernel : c10::OperatorKernel {
    Target target;
    Body body;
    Kernel(const Target& target, Body body) : target(target), body(body) {}
    Return operator()(c10::DispatchKeySet keys, Indexed<const at::Tensor&, t>... tensors, c10::string_view activation,
                      ArgumentSpan arguments) {
      const Operator& op = target.find(activation);
      return ReturnOf<Results>::pack(
          body(op, keys, {tensors...}, with_defaults(op.card.name, *op.activation, arguments)));
    }
  };
  template <class Function>
  static Tensors with_arguments(Function function, std::string_view activation, TensorSpan tensors,
                                ArgumentSpan arguments) {
    return ReturnOf<Results>::unpack(function(tensors[t]..., activation, arguments));
  }
};

// A function that writes into its first tensor.
template <class Arguments>
struct InPlace;
template <std::size_t... a>
struct InPlace<std::index_sequence<a...>> {
  using Type = at::Tensor&(at::Tensor&, Indexed<double, a>...);

  struct Kernel : c10::OperatorKernel {
    Target target;
    Body body;
    Kernel(const Target& target, Body body) : target(target), body(body) {}
    at::Tensor& operator()(c10::DispatchKeySet keys, at::Tensor& input, Indexed<double, a>... arguments) {
      body(*target.op, keys, {input}, std::array<double, sizeof...(a)>{arguments...});
      return input;
    }
  };
  template <class Function>
  static Tensors with_arguments(Function function, std::string_view, TensorSpan tensors,
                                [[maybe_unused]] ArgumentSpan arguments) {
    at::Tensor input = tensors[0];
    function(input, arguments[a]...);
    return {input};
  }
};

// A function that writes into the tensor behind its inputs.
template <class Inputs, class Arguments>
struct Out;
template <std::size_t... t, std::size_t... a>
struct Out<std::index_sequence<t...>, std::index_sequence<a...>> {
  using Type = at::Tensor&(Indexed<const at::Tensor&, t>..., Indexed<double, a>..., at::Tensor&);

  struct Kernel : c10::OperatorKernel {
    Target target;
    Body body;
    Kernel(const Target& target, Body body) : target(target), body(body) {}
    at::Tensor& operator()(c10::DispatchKeySet keys, Indexed<const at::Tensor&, t>... tensors,
                           Indexed<double, a>... arguments, at::Tensor& out) {
      body(*target.op, keys, {tensors..., out}, std::array<double, sizeof...(a)>{arguments...});
      return out;
    }
  };
  template <class Function>
  static Tensors with_arguments(Function function, std::string_view, TensorSpan tensors,
                                [[maybe_unused]] ArgumentSpan arguments) {
    at::Tensor out = tensors.back();
    function(tensors[t]..., arguments[a]..., out);
    return {out};
  }
};

template <class Inputs>
struct CombinedOut;
template <std::size_t... t>
struct CombinedOut<std::index_sequence<t...>> {
  using Type = at::Tensor&(Indexed<const at::Tensor&, t>..., c10::string_view, ArgumentSpan, at::Tensor&);

  struct Kernel : c10::OperatorKernel {
    Target target;
    Body body;
    Kernel(const Target& target, Body body) : target(target), body(body) {}
    at::Tensor& operator()(c10::DispatchKeySet keys, Indexed<const at::Tensor&, t>... tensors,
                           c10::string_view activation, ArgumentSpan arguments, at::Tensor& out) {
      const Operator& op = target.find(activation);
      body(op, keys, {tensors..., out}, with_defaults(op.card.name, *op.activation, arguments));
      return out;
    }
  };
  template <class Function>
  static Tensors with_arguments(Function function, std::string_view activation, TensorSpan tensors,
                                ArgumentSpan arguments) {
    at::Tensor out = tensors.back();
    function(tensors[t]..., activation, arguments, out);
    return {out};
  }
};

template <class Form>
struct SignatureOf {
  using Type = typename Form::Type;
  using Handle = c10::TypedOperatorHandle<Type>;

  static c10::KernelFunction kernel(const Target& target, Body body) {
    return c10::KernelFunction::makeFromUnboxedFunctor<false, typename Form::Kernel>(
        std::make_unique<typename Form::Kernel>(target, body));
  }
  static c10::impl::CppSignature types() { return c10::impl::CppSignature::make<Type>(); }
  static const void* find(const c10::OperatorName& name) {
    return new Handle(
        c10::Dispatcher::singleton().findSchemaOrThrow(name.name.c_str(), name.overload_name.c_str()).typed<Type>());
  }
  static Tensors call(const void* handle, std::string_view activation, TensorSpan tensors, ArgumentSpan arguments) {
    const auto function = [&](auto&&... values) -> decltype(auto) {
      return static_cast<const Handle*>(handle)->call(std::forward<decltype(values)>(values)...);
    };
    return Form::with_arguments(function, activation, tensors, arguments);
  }
  static Tensors redispatch(const void* handle, std::string_view activation, c10::DispatchKeySet keys,
                            TensorSpan tensors, ArgumentSpan arguments) {
    const auto function = [&](auto&&... values) -> decltype(auto) {
      return static_cast<const Handle*>(handle)->redispatch(keys, std::forward<decltype(values)>(values)...);
    };
    return Form::with_arguments(function, activation, tensors, arguments);
  }

  static constexpr Signature value{kernel, types, find, call, redispatch};
};

template <class Form>
constexpr const Signature& signature_of = SignatureOf<Form>::value;

}  // namespace torchactiv
