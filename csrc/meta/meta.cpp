// Dispatch key Meta: shapes, dtypes and strides of the results, for tensors without data (torch.compile, torch.export).
#include <ATen/Functions.h>
#include <ATen/native/Resize.h>

#include "csrc/operators/checks.h"
#include "csrc/operators/registration.h"

namespace torchactiv {
namespace {

// Gradients of what is saved. Those of coefficients are put together of their slices', and so are contiguous.
Tensors empty_like_each(const Operator& op, TensorSpan saved) {
  Tensors results;
  for (std::size_t i = 0; i < saved.size(); ++i) {
    const bool is_joined = op.saved == Saved::inputs && op.is_coefficients(i);
    results.push_back(
        at::empty_like(saved[i], {}, is_joined ? at::MemoryFormat::Contiguous : at::MemoryFormat::Preserve));
  }
  return results;
}

struct Meta {
  static Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
    check_inputs(op, inputs);
    check_arguments(op, arguments);
    const Tensors aligned = align_parameters(op, inputs);
    if (aligned.size() == 1) return {at::empty_like(aligned[0])};
    at::Tensor result = aligned[0];  // an addition has the shape, the dtype and the strides that we give
    for (std::size_t i = 1; i < aligned.size(); ++i) result = at::add(result, aligned[i]);
    return {result};
  }

  static Tensors in_place(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    check_inputs(op, tensors);
    check_arguments(op, arguments);
    return {tensors[0]};
  }

  static Tensors out(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const TensorSpan inputs = tensors.slice(0, tensors.size() - 1);
    const at::Tensor result = forward(op, inputs, arguments)[0];
    check_out(op, inputs, result.scalar_type(), tensors.back());
    at::native::resize_output_symint(tensors.back(), result.sym_sizes());
    return {tensors.back()};
  }

  static Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan) {
    check_inputs(op, tensors.slice(1));
    check_gradient(op, "grad_output", tensors[0], tensors.slice(1));
    return empty_like_each(op, tensors.slice(1));
  }

  static Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan) {
    const TensorSpan saved = tensors.slice(op.saved_count() + 1);
    check_inputs(op, saved);
    check_gradient(op, "grad_output", tensors[op.saved_count()], saved);
    Tensors results{at::empty_like(tensors[op.saved_count()])};
    const Tensors of_saved = empty_like_each(op, saved);
    results.append(of_saved.begin(), of_saved.end());
    return results;
  }
};

const Registration registration(c10::DispatchKey::Meta, {.forward = without_keys<Meta::forward>,
                                                         .in_place = without_keys<Meta::in_place>,
                                                         .out = without_keys<Meta::out>,
                                                         .backward = without_keys<Meta::backward>,
                                                         .double_backward = without_keys<Meta::double_backward>});

}  // namespace
}  // namespace torchactiv
