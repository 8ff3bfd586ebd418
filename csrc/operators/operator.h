// An operator as everything outside the kernels sees it: names, roles and calls, with the types of its activation
// erased.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/util/SmallVector.h>

#include <span>
#include <string>
#include <vector>

#include "csrc/kernels/blocks.h"
#include "csrc/kernels/table.h"
#include "ops/card.h"

namespace torchactiv {

using Tensors = c10::SmallVector<at::Tensor, 5>;  // on the stack: a small tensor's operator takes a microsecond
using TensorSpan = c10::ArrayRef<at::Tensor>;
using ArgumentSpan = c10::ArrayRef<double>;

// A function of the operator, called through the dispatcher: from the top, or from below the keys of the caller.
struct Call {
  Tensors (*call)(TensorSpan, ArgumentSpan) = nullptr;
  Tensors (*redispatch)(c10::DispatchKeySet, TensorSpan, ArgumentSpan) = nullptr;
};

// The functions of an operator as compositions of ATen's (csrc/composite/): correct on any device, differentiable.
struct Composite {
  Tensors (*forward)(TensorSpan, ArgumentSpan) = nullptr;
  Tensors (*backward)(TensorSpan, ArgumentSpan) = nullptr;
  Tensors (*double_backward)(TensorSpan, ArgumentSpan) = nullptr;
};

struct Operator {
  Card card;
  std::span<const Input> inputs;
  std::span<const Argument> arguments;
  Objection (*objection)(ArgumentSpan);
  Saved saved;
  bool in_place;
  const OperatorKernels* kernels;  // for the CPU that this runs on

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
  bool has_parameters() const {
    for (const Input& input : inputs)
      if (input.role == Role::parameter) return true;
    return false;
  }
  std::string name() const { return std::string(card.name); }
};

// Defined for each activation in csrc/composite/composite.cpp.
template <class Op>
Composite composite_of();

// The operator of one activation; defined for each line of ops/catalogue.h in csrc/operators/catalogue.cpp.
template <class Op>
const Operator& operator_of();

// For the CPU that this runs on.
const BlockFunctions& block_functions();

}  // namespace torchactiv
