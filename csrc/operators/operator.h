// An operator as everything outside the kernels sees it: names, roles and calls, with the types of its activation
// erased.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/operator_name.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/util/SmallVector.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "csrc/kernels/blocks.h"
#include "csrc/kernels/combinations.h"
#include "csrc/kernels/normalisation.h"
#include "csrc/kernels/row_norm.h"
#include "csrc/kernels/table.h"
#include "ops/card.h"

namespace torchactiv {

using Tensors = c10::SmallVector<at::Tensor, 5>;  // on the stack: a small tensor's operator takes a microsecond
using TensorSpan = c10::ArrayRef<at::Tensor>;
using ArgumentSpan = c10::ArrayRef<double>;

struct Signature;  // csrc/operators/signature.h

// A function of the operator, called through the dispatcher: from the top, or from below the keys of the caller.
class Call {
 public:
  Call() = default;
  Call(const Signature& signature, std::string name, const char* overload = "", std::string_view activation = {})
      : signature_(&signature), name_("torchactiv::" + name, overload), activation_(activation) {}

  Tensors call(TensorSpan tensors, ArgumentSpan arguments) const;
  Tensors redispatch(c10::DispatchKeySet keys, TensorSpan tensors, ArgumentSpan arguments) const;

  const Signature& signature() const { return *signature_; }
  const c10::OperatorName& name() const { return name_; }

 private:
  const void* handle() const;

  const Signature* signature_ = nullptr;
  c10::OperatorName name_{"", ""};
  std::string_view activation_;  // the argument of that name, which combinations have
  mutable const void* handle_ = nullptr;
};

// The functions of an operator as compositions of ATen's (csrc/composite/): correct on any device, differentiable.
struct Operator;
struct Composite {
  using Function = Tensors (*)(const Operator&, TensorSpan, ArgumentSpan);
  Function forward = nullptr, backward = nullptr, double_backward = nullptr;
  Function triple_backward = nullptr;  // the gradients of double backward's tensors (arrange_triple_backward())
  Function inverse = nullptr;          // where there is one
};

inline bool has_parameters(std::span<const Input> inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const Input& input) { return input.role != Role::data; });
}
inline bool has_coefficients(std::span<const Input> inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const Input& input) { return input.role == Role::coefficients; });
}

struct Operator {
  Card card;
  std::span<const Input> inputs;
  std::span<const Argument> arguments;
  Objection (*objection)(ArgumentSpan);
  Objection (*objection_to_counts)(std::span<const int>);  // null without coefficients
  bool (*invertible)(ArgumentSpan) = nullptr;              // null without an inverse
  bool invertible_halves = false;
  Saved saved;
  bool partials_of_output = false;
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

  // Whether a call in place saves its output: the input is overwritten. 16 bits may round an output that is one of the
  // arguments to what is inside of it.
  bool saves_output_in_place(at::ScalarType type) const {
    return saved == Saved::output || (partials_of_output && (arguments.empty() || !at::isReducedFloatingType(type)));
  }
  std::size_t saved_count() const { return saved == Saved::inputs ? inputs.size() : 1; }
  std::string_view saved_name(std::size_t i) const { return saved == Saved::inputs ? inputs[i].name : "result"; }
  bool is_parameter(std::size_t input) const { return inputs[input].role != Role::data; }
  bool is_coefficients(std::size_t input) const { return inputs[input].role == Role::coefficients; }
  bool has_coefficients() const { return objection_to_counts != nullptr; }
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

// All of them, in the order of the catalogue.
const std::vector<const Operator*>& operators();

// The name of the operator that an activation is where it is named: PyTorch's gelu without its argument is gelu_erf.
inline std::string_view operator_name(std::string_view activation) {
  return activation == "gelu" ? "gelu_erf" : activation;
}

// For the CPU that this runs on.
const BlockFunctions& block_functions();
const CombinationFunctions& combination_functions();
const NormalisationFunctions& normalisation_functions();
const RowNormFunctions& row_norm_functions();

}  // namespace torchactiv
