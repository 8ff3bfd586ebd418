#include "csrc/operators/checks.h"

#include <ATen/ExpandUtils.h>
#include <ATen/MemoryOverlap.h>
#include <ATen/native/TypeProperties.h>
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <sstream>

#include "csrc/operators/coefficients.h"

namespace torchactiv {
bool is_supported(at::ScalarType type) {
  return type == at::kFloat || type == at::kDouble || type == at::kBFloat16 || type == at::kHalf;
}

namespace {

at::Tensor check_parameter_broadcast(const Operator& op, std::size_t i, const at::Tensor& parameter,
                                     const at::Tensor& data) {
  bool fits = parameter.dim() <= data.dim();
  for (std::int64_t d = 1; fits && d <= parameter.dim(); ++d)
    fits = parameter.sym_size(-d) == 1 || parameter.sym_size(-d) == data.sym_size(-d);
  TORCH_CHECK(fits, op.card.name, ": ", op.inputs[i].name, " of shape ", parameter.sym_sizes(),
              " does not broadcast to the shape ", data.sym_sizes(), " of ", op.inputs[0].name);
  return parameter;
}

// A parameter is compared with the first input, whose channels it belongs to. An input of one dimension has no
// channels: for a parameter that lies along it, [1, n] is the shape to give.
at::Tensor align_parameter(const Operator& op, std::size_t i, const at::Tensor& parameter, const at::Tensor& data) {
  if (data.dim() == 1 && parameter.dim() == 2 && parameter.sym_size(0) == 1)
    return check_parameter_broadcast(op, i, parameter.squeeze(0), data);
  if (parameter.dim() == 0) return parameter;
  if (parameter.dim() == 1) {
    if (parameter.sym_numel() == 1) return data.dim() == 0 ? parameter.squeeze(0) : parameter;
    const bool fits = data.dim() >= 2 && parameter.sym_size(0) == data.sym_size(1);
    TORCH_CHECK(fits, op.card.name, ": ", op.inputs[i].name, " has ", parameter.sym_numel(), " elements, but ",
                op.inputs[0].name, " of shape ", data.sym_sizes(), " has ",
                data.dim() >= 2 ? data.sym_size(1) : c10::SymInt(1),
                " channels (dimension 1); it takes one element, or ", "one per channel");
    at::Tensor aligned = parameter;
    for (std::int64_t d = 2; d < data.dim(); ++d) aligned = aligned.unsqueeze(-1);
    return aligned;
  }
  return check_parameter_broadcast(op, i, parameter, data);
}

void check_broadcast(const Operator& op, std::size_t i, TensorSpan inputs) {
  const c10::SymIntArrayRef first = inputs[0].sym_sizes(), other = inputs[i].sym_sizes();
  for (std::size_t d = 1; d <= std::min(first.size(), other.size()); ++d) {
    const c10::SymInt &a = first[first.size() - d], &b = other[other.size() - d];
    TORCH_CHECK(a == b || a == 1 || b == 1, op.card.name, ": ", op.inputs[0].name, " of shape ", first, " and ",
                op.inputs[i].name, " of shape ", other, " do not broadcast: sizes ", a, " and ", b, " at dimension -",
                d);
  }
}

void check_counts(const Operator& op, TensorSpan inputs) {
  std::ostringstream given;
  std::int64_t parameters = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!op.is_coefficients(i)) {
      parameters += op.is_parameter(i) ? 1 : 0;
      continue;
    }
    TORCH_CHECK(inputs[i].dim() > 0, op.card.name, ": ", op.inputs[i].name,
                " must have a dimension, the first, that counts its elements, got a tensor without dimensions");
    parameters += std::min<std::int64_t>(inputs[i].sym_size(0).guard_int(__FILE__, __LINE__), most_coefficients + 1);
    given << (given.tellp() > 0 ? ", " : "") << op.inputs[i].name << " of shape " << inputs[i].sym_sizes();
  }
  TORCH_CHECK(parameters <= static_cast<std::int64_t>(most_coefficients), op.card.name, ": there may be at most ",
              most_coefficients, " parameters for an element, got ", given.str());
  const Counts counts = counts_of(op, inputs);
  const Objection objection = op.objection_to_counts(std::span(counts.count, static_cast<std::size_t>(counts.inputs)));
  TORCH_CHECK(objection.reason.empty(), op.card.name, ": ", objection.reason, ", got ", given.str());
}

// Parameters never enlarge the result.
c10::SymDimVector result_shape(const Operator& op, TensorSpan inputs) {
  c10::SymDimVector shape(inputs[0].sym_sizes());
  for (std::size_t i = 1; i < inputs.size(); ++i)
    if (!op.is_parameter(i)) shape = at::infer_size_symdimvector(shape, inputs[i].sym_sizes());
  return shape;
}

}  // namespace

void check_inputs(const Operator& op, TensorSpan inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const at::Tensor& input = inputs[i];
    TORCH_CHECK(input.defined(), op.card.name, ": ", op.inputs[i].name, " is an undefined tensor");
    TORCH_CHECK_NOT_IMPLEMENTED(is_supported(input.scalar_type()), "\"", op.card.name, "\" not implemented for '",
                                input.scalar_type(), "': ", op.inputs[i].name,
                                " must be a tensor of dtype float32, float64, bfloat16 or float16");
    TORCH_CHECK_NOT_IMPLEMENTED(input.layout() == at::kStrided, op.card.name, ": ", op.inputs[i].name,
                                " must be a dense tensor, got layout ", input.layout());
    TORCH_CHECK(input.device() == inputs[0].device(), op.card.name,
                ": expected all tensors to be on the same device, but ", op.inputs[0].name, " is on ",
                inputs[0].device(), " and ", op.inputs[i].name, " is on ", input.device());
    if (op.is_parameter(i)) {
      TORCH_CHECK(input.scalar_type() == inputs[0].scalar_type(), op.card.name, ": ", op.inputs[i].name, " is ",
                  input.scalar_type(), ", but must have the dtype of ", op.inputs[0].name, ", ",
                  inputs[0].scalar_type());
    } else if (i > 0) {
      check_broadcast(op, i, inputs);
    }
  }
  if (op.has_coefficients()) check_counts(op, inputs);
}

void check_kind_of_gradient(std::string_view function, const char* name, const at::Tensor& gradient,
                            const at::Tensor& data) {
  TORCH_CHECK(gradient.defined(), function, "_backward: ", name, " is an undefined tensor");
  TORCH_CHECK_NOT_IMPLEMENTED(is_supported(gradient.scalar_type()), "\"", function, "_backward\" not implemented for '",
                              gradient.scalar_type(), "': ", name,
                              " must be a tensor of dtype float32, float64, bfloat16 or float16");
  TORCH_CHECK(gradient.device() == data.device(), function,
              "_backward: expected all tensors to be on the same device, but the data are on ", data.device(), " and ",
              name, " is on ", gradient.device());
}

void check_gradient(const Operator& op, const char* name, const at::Tensor& gradient, TensorSpan saved) {
  check_kind_of_gradient(op.card.name, name, gradient, saved[0]);
  if (gradient.sym_sizes() == saved[0].sym_sizes()) return;
  const c10::SymDimVector shape = result_shape(op, saved);
  TORCH_CHECK(at::is_expandable_to(gradient.sym_sizes(), shape), op.card.name, "_backward: ", name, " of shape ",
              gradient.sym_sizes(), " does not broadcast to the shape ", c10::SymIntArrayRef(shape), " of the result");
}

void check_arguments(const Operator& op, ArgumentSpan arguments) {
  const Objection objection = op.objection(arguments);
  if (objection.reason.empty()) return;
  std::ostringstream message;
  message << op.card.name << ": " << objection.reason << ", got ";
  for (std::size_t i = 0; i < arguments.size(); ++i)
    message << (i > 0 ? ", " : "") << op.arguments[i].name << "=" << arguments[i];
  TORCH_CHECK_VALUE(!objection.value_error, message.str());
  TORCH_CHECK(false, message.str());
}

void check_in_place(const Operator& op, const at::Tensor& input) {
  TORCH_CHECK(at::has_internal_overlap(input) != at::MemOverlap::Yes, op.card.name, "_: ", op.inputs[0].name,
              " of shape ", input.sizes(), " and strides ", input.strides(),
              " has more than one element at the same place in memory and cannot be written to; clone() it first");
}

void check_out(const Operator& op, TensorSpan inputs, at::ScalarType result, const at::Tensor& out) {
  TORCH_CHECK(out.defined(), op.card.name, ": out is an undefined tensor");
  TORCH_CHECK(out.device() == inputs[0].device(), op.card.name, ": expected all tensors to be on the same device, but ",
              op.inputs[0].name, " is on ", inputs[0].device(), " and out is on ", out.device());
  TORCH_CHECK(out.scalar_type() == result, op.card.name, ": out has dtype ", out.scalar_type(),
              ", but the result has dtype ", result);
  TORCH_CHECK(at::has_internal_overlap(out) != at::MemOverlap::Yes, op.card.name, ": out of shape ", out.sizes(),
              " and strides ", out.strides(), " has more than one element at the same place in memory");
  const auto has_sizes = [](const at::Tensor& t) { return !t.unsafeGetTensorImpl()->has_symbolic_sizes_strides(); };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!has_sizes(out) || !has_sizes(inputs[i])) continue;  // where memory is not known yet
    const at::MemOverlapStatus overlap = at::get_overlap_status(out, inputs[i]);
    TORCH_CHECK(overlap != at::MemOverlapStatus::Partial, op.card.name, ": out overlaps ", op.inputs[i].name,
                " in memory; clone() one of them first");
    if (overlap != at::MemOverlapStatus::Full) continue;
    const c10::SymDimVector shape = result_shape(op, inputs);
    TORCH_CHECK(out.sym_sizes() == c10::SymIntArrayRef(shape), op.card.name, ": out is in the same memory as ",
                op.inputs[i].name, ", but has the shape ", out.sym_sizes(), " where the result has ",
                c10::SymIntArrayRef(shape), "; it cannot be resized");
  }
}

at::ScalarType result_type(const Operator& op, TensorSpan inputs) {
  if (inputs.size() == 1) return inputs[0].scalar_type();
  Tensors data;  // parameters have the dtype of the first input
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!op.is_parameter(i)) data.push_back(inputs[i]);
  return at::native::result_type(data);
}

Tensors align_parameters(const Operator& op, TensorSpan inputs) {
  Tensors aligned{inputs[0]};
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (op.is_coefficients(i)) {
      for (const at::Tensor& slice : slices_of(inputs[i])) aligned.push_back(align_parameter(op, i, slice, inputs[0]));
    } else {
      aligned.push_back(op.is_parameter(i) ? align_parameter(op, i, inputs[i], inputs[0]) : inputs[i]);
    }
  }
  return aligned;
}

}  // namespace torchactiv
