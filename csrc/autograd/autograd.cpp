// Dispatch key Autograd: builds the graph, computes forward-mode tangents, and passes on.
#include <ATen/Functions.h>
#include <torch/csrc/autograd/FunctionsManual.h>
#include <torch/csrc/autograd/VariableTypeUtils.h>

#include "csrc/autograd/derivative_node.h"
#include "csrc/autograd/triple_backward.h"
#include "csrc/operators/registration.h"

namespace torchactiv {
namespace {

using torch::autograd::compute_requires_grad;
using torch::autograd::isFwGradDefined;

bool any_requires_grad(TensorSpan tensors) {
  if (!at::GradMode::is_enabled()) return false;
  for (const at::Tensor& tensor : tensors)
    if (tensor.requires_grad()) return true;
  return false;
}

bool any_tangent(TensorSpan tensors) {
  for (const at::Tensor& tensor : tensors)
    if (isFwGradDefined(tensor)) return true;
  return false;
}

Tensors primals(TensorSpan tensors) {
  Tensors result;
  for (const at::Tensor& tensor : tensors)
    result.push_back(torch::autograd::generated::details::toNonOptPrimal(tensor));
  return result;
}

at::Tensor tangent_of(const at::Tensor& tensor) { return torch::autograd::generated::details::toNonOptFwGrad(tensor); }

at::Tensor tangent_or_zero(const at::Tensor& tensor, const at::Tensor& primal) {
  const at::Tensor tangent = tangent_of(tensor);
  return tangent.defined() ? tangent : at::zeros_like(primal);
}

Tensors join(std::initializer_list<TensorSpan> parts) {
  Tensors all;
  for (const TensorSpan& part : parts) all.append(part.begin(), part.end());
  return all;
}

// The tangent of the result: sum_i f_i t_i, which for one input is backward with the tangent in the gradient's place,
// and for more the first result of double backward.
at::Tensor forward_tangent(const Operator& op, TensorSpan tangents, TensorSpan saved, ArgumentSpan arguments,
                           const at::Tensor& result) {
  if (tangents.size() == 1) return op.backward.call(join({tangents, saved}), arguments)[0];
  return op.double_backward.call(join({tangents, at::zeros_like(result), saved}), arguments)[0];
}

struct Autograd {
  static Tensors forward(const Operator& op, c10::DispatchKeySet keys, TensorSpan inputs, ArgumentSpan arguments) {
    c10::intrusive_ptr<FunctionNode> node;
    if (any_requires_grad(inputs)) {
      node = derivative_node(op, 1, inputs, arguments);
      if (op.saved == Saved::inputs) node->save(inputs);
    }
    const bool tangents = any_tangent(inputs);
    Tensors results;
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      results = op.forward.redispatch(keys & c10::after_autograd_keyset, inputs, arguments);
    }
    if (node) torch::autograd::set_history(results[0], node);
    if (tangents) {
      const Tensors primal = primals(inputs);
      Tensors tangent;
      for (std::size_t i = 0; i < inputs.size(); ++i) tangent.push_back(tangent_or_zero(inputs[i], primal[i]));
      const Tensors saved = op.saved == Saved::inputs ? primal : results;
      results[0]._set_fw_grad(forward_tangent(op, tangent, saved, arguments, results[0]), 0, false);
    }
    if (node && op.saved == Saved::output) node->save_output(results[0]);  // with its tangent
    return results;
  }

  static Tensors backward(const Operator& op, c10::DispatchKeySet keys, TensorSpan tensors, ArgumentSpan arguments) {
    Tensors results = differentiable(op, 2, op.backward, keys, tensors, arguments);
    if (any_tangent(tensors)) set_backward_tangents(op, tensors, arguments, results);
    return results;
  }

  static Tensors double_backward(const Operator& op, c10::DispatchKeySet keys, TensorSpan tensors,
                                 ArgumentSpan arguments) {
    Tensors results = differentiable(op, 3, op.double_backward, keys, tensors, arguments);
    if (any_tangent(tensors)) set_double_backward_tangents(op, tensors, arguments, results);
    return results;
  }

  static Tensors in_place(const Operator& op, c10::DispatchKeySet keys, TensorSpan tensors, ArgumentSpan arguments) {
    const at::Tensor& input = tensors[0];
    const bool requires_grad = any_requires_grad(tensors);
    TORCH_CHECK(!(requires_grad && input.is_leaf() && !input.is_view()), op.card.name, "_: ", op.inputs[0].name,
                " of shape ", input.sym_sizes(),
                " is a leaf tensor that requires grad and cannot be overwritten: a leaf Variable that requires grad is "
                "being used in an in-place operation");
    torch::autograd::check_inplace(input, requires_grad);
    const bool tangents = any_tangent(tensors);
    const at::Tensor tangent = tangents ? tangent_of(input) : at::Tensor();
    c10::intrusive_ptr<FunctionNode> node;
    at::Tensor original;  // backward reads what is about to be overwritten
    const bool saves_output = op.saves_output_in_place(input.scalar_type());
    if (!saves_output && (requires_grad || tangents)) original = primals(tensors)[0].clone();
    if (requires_grad) node = derivative_node(op, 1, tensors, arguments);
    {
      at::AutoDispatchBelowAutograd guard;
      op.forward_in_place.redispatch(keys & c10::after_autograd_keyset, tensors, arguments);
    }
    if (node) torch::autograd::rebase_history(input, node);
    if (tangents) {
      const at::Tensor saved = saves_output ? primals(tensors)[0] : original;
      const at::Tensor result = forward_tangent(op, tangent, saved, arguments, input);
      if (original.defined()) original._set_fw_grad(tangent.clone(), 0, false);
      tangent.copy_(result);  // a tangent is overwritten like its primal
      input._set_fw_grad(tangent, 0, true);
    }
    if (node && !saves_output) node->save(original);  // this too with its tangent
    if (node && saves_output) node->save_output(input);
    return {input};
  }

  static Tensors out(const Operator& op, c10::DispatchKeySet keys, TensorSpan tensors, ArgumentSpan arguments) {
    if (any_requires_grad(tensors)) torch::autograd::throw_error_out_requires_grad(op.name().c_str());
    TORCH_CHECK_NOT_IMPLEMENTED(!any_tangent(tensors), "Trying to use forward AD with ", op.card.name,
                                "_out that does not support it because it is an out= function");
    at::AutoDispatchBelowAutograd guard;
    return op.forward_out.redispatch(keys & c10::after_autograd_keyset, tensors, arguments);
  }

 private:
  // Backward or double backward, with the node that differentiates it.
  static Tensors differentiable(const Operator& op, int order, const Call& function, c10::DispatchKeySet keys,
                                TensorSpan tensors, ArgumentSpan arguments) {
    c10::intrusive_ptr<FunctionNode> node;
    if (any_requires_grad(tensors)) {
      node = derivative_node(op, order, tensors, arguments);
      node->save(tensors);
    }
    Tensors results;
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      results = function.redispatch(keys & c10::after_autograd_keyset, tensors, arguments);
    }
    if (node)
      for (const at::Tensor& result : results) torch::autograd::set_history(result, node);
    return results;
  }

  // backward is g f_j(s): its tangent is t_g f_j + g sum_i f_ij t_i, the second term again from double backward.
  static void set_backward_tangents(const Operator& op, TensorSpan tensors, ArgumentSpan arguments, Tensors& results) {
    const Tensors primal = primals(tensors);
    const TensorSpan saved = TensorSpan(primal).slice(1);
    Tensors tangents(results.size());
    if (const at::Tensor tangent = tangent_of(tensors[0]); tangent.defined())
      tangents = op.backward.call(join({tangent, saved}), arguments);
    if (any_tangent(tensors.slice(1))) {
      Tensors along;
      for (std::size_t i = 1; i < tensors.size(); ++i) along.push_back(tangent_or_zero(tensors[i], primal[i]));
      const Tensors second = op.double_backward.call(join({along, primal[0], saved}), arguments);
      for (std::size_t i = 0; i < results.size(); ++i)
        tangents[i] = tangents[i].defined() ? tangents[i] + second[i + 1] : second[i + 1];
    }
    for (std::size_t i = 0; i < results.size(); ++i)
      if (tangents[i].defined()) results[i]._set_fw_grad(tangents[i], 0, false);
  }

  // Double backward is linear in v, and with respect to g and s the derivative of a gradient: of its derivative along
  // their tangents, which is symmetric, triple backward is the transpose and the same.
  static void set_double_backward_tangents(const Operator& op, TensorSpan tensors, ArgumentSpan arguments,
                                           Tensors& results) {
    const Tensors primal = primals(tensors);
    const std::size_t n = op.saved_count();
    const TensorSpan v = tensors.slice(0, n), rest = tensors.slice(n);
    Tensors tangents(results.size());
    if (any_tangent(rest)) {
      Tensors along;
      for (const at::Tensor& tensor : rest) along.push_back(tangent_of(tensor));
      const Tensors third = triple_backward(op, along, primal, arguments);
      std::copy(third.begin() + n, third.end(), tangents.begin());
    }
    if (any_tangent(v)) {
      Tensors along;
      for (std::size_t i = 0; i < n; ++i) along.push_back(tangent_or_zero(v[i], primal[i]));
      const Tensors second = op.double_backward.call(join({along, TensorSpan(primal).slice(n)}), arguments);
      for (std::size_t i = 0; i < results.size(); ++i)
        tangents[i] = tangents[i].defined() ? tangents[i] + second[i] : second[i];
    }
    for (std::size_t i = 0; i < results.size(); ++i)
      if (tangents[i].defined()) results[i]._set_fw_grad(tangents[i], 0, false);
  }
};

// Dispatch key ADInplaceOrView: counts the versions of what is written to, also where no graph is built.
struct VersionCount {
  static Tensors in_place(const Operator& op, c10::DispatchKeySet keys, TensorSpan tensors, ArgumentSpan arguments) {
    check_writable(op, "_: ", op.inputs[0].name, tensors[0]);
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      op.forward_in_place.redispatch(keys & c10::after_ADInplaceOrView_keyset, tensors, arguments);
    }
    torch::autograd::increment_version(tensors[0]);
    return {tensors[0]};
  }
  static Tensors out(const Operator& op, c10::DispatchKeySet keys, TensorSpan tensors, ArgumentSpan arguments) {
    check_writable(op, ": ", "out", tensors.back());
    {
      at::AutoDispatchBelowADInplaceOrView guard;
      op.forward_out.redispatch(keys & c10::after_ADInplaceOrView_keyset, tensors, arguments);
    }
    torch::autograd::increment_version(tensors.back());
    return {tensors.back()};
  }

 private:
  // Inference tensors count no versions; counting would fail only after the tensor was written to.
  static void check_writable(const Operator& op, const char* after, std::string_view name, const at::Tensor& tensor) {
    TORCH_CHECK(!tensor.is_inference() || c10::InferenceMode::is_enabled(), op.card.name, after, name, " of shape ",
                tensor.sym_sizes(),
                " is an inference tensor: Inplace update to inference tensor outside InferenceMode ",
                "is not allowed; clone() it first");
  }
};

const Registration registration(c10::DispatchKey::Autograd, {.forward = Autograd::forward,
                                                             .in_place = Autograd::in_place,
                                                             .out = Autograd::out,
                                                             .backward = Autograd::backward,
                                                             .double_backward = Autograd::double_backward});
const Registration counting(c10::DispatchKey::ADInplaceOrView,
                            {.in_place = VersionCount::in_place, .out = VersionCount::out});

}  // namespace
}  // namespace torchactiv
