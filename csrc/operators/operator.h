// An operator as everything outside the kernels sees it: names, roles and calls, with the types of its activation
// erased.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/util/SmallVector.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "csrc/kernels/blocks.h"
#include "csrc/kernels/combinations.h"
#include "csrc/kernels/table.h"
#include "ops/card.h"

namespace torchactiv {

using Tensors = c10::SmallVector<at::Tensor, 5>;  // on the stack: a small tensor's operator takes a microsecond
using TensorSpan = c10::ArrayRef<at::Tensor>;
using ArgumentSpan = c10::ArrayRef<double>;

// A function of the operator, called through the dispatcher: from the top, or from below the keys of the caller.
class Call {
 public:
  using Function = Tensors (*)(std::string_view activation, TensorSpan, ArgumentSpan);
  using Redispatch = Tensors (*)(std::string_view activation, c10::DispatchKeySet, TensorSpan, ArgumentSpan);

  Call() = default;
  Call(Function function, Redispatch redispatch, std::string_view activation = {})
      : function_(function), redispatch_(redispatch), activation_(activation) {}

  Tensors call(TensorSpan tensors, ArgumentSpan arguments) const { return function_(activation_, tensors, arguments); }
  Tensors redispatch(c10::DispatchKeySet keys, TensorSpan tensors, ArgumentSpan arguments) const {
    return redispatch_(activation_, keys, tensors, arguments);
  }

 private:
  Function function_ = nullptr;
  Redispatch redispatch_ = nullptr;
  std::string_view activation_;  // the argument of that name, which combinations have
};

// The functions of an operator as compositions of ATen's (csrc/composite/): correct on any device, differentiable.
struct Operator;
struct Composite {
  using Function = Tensors (*)(const Operator&, TensorSpan, ArgumentSpan);
  Function forward = nullptr, backward = nullptr, double_backward = nullptr;
};

inline bool has_parameters(std::span<const Input> inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const Input& input) { return input.role == Role::parameter; });
}

struct Operator {
  Card card;
  std::span<const Input> inputs;
  std::span<const Argument> arguments;
  Objection (*objection)(ArgumentSpan);
  Saved saved;
  bool in_place;
  const OperatorKernels* kernels;        // for the CPU that this runs on
  const Operator* activation = nullptr;  // of a combination (csrc/operators/combinations.h)

  // Their tensors come in the order of csrc/kernels/table.h.
  Call forward;
  Call forward_in_place;  // (input) -> input
  Call forward_out;       // (inputs .., out) -> out
  Call backward;
  Call double_backward;
  Composite composite;

  std::size_t saved_count() const { return saved == Saved::inputs ? inputs.size() : 1; }
  std::string_view saved_name(std::size_t i) const { return saved == Saved::inputs ? inputs[i].name : "result"; }
  bool is_parameter(std::size_t input) const { return inputs[input].role == Role::parameter; }
  bool has_parameters() const { return torchactiv::has_parameters(inputs); }
  std::string name() const { return std::string(card.name); }
  // With the activation in it.
  std::string full_name() const { return activation ? name() + "_" + activation->name() : name(); }
};

// Defined for each activation in csrc/composite/composite.cpp.
template <class Op>
Composite composite_of();

// The operator of one activation; defined for each line of ops/catalogue.h in csrc/operators/catalogue.cpp.
template <class Op>
const Operator& operator_of();

// For the CPU that this runs on.
const BlockFunctions& block_functions();
const CombinationFunctions& combination_functions();

}  // namespace torchactiv
