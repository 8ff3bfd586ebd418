// Dispatch key CPU: the kernels.
#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/native/Resize.h>

#include <algorithm>

#include "csrc/cpu/elementwise.h"
#include "csrc/cpu/new_result.h"
#include "csrc/cpu/parameters.h"
#include "csrc/cpu/reduce.h"
#include "csrc/operators/arrangement.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/coefficients.h"
#include "csrc/operators/registration.h"

namespace torchactiv {
namespace {

void cast_all(Tensors& tensors, at::ScalarType type) {
  for (at::Tensor& tensor : tensors)
    if (tensor.scalar_type() != type) tensor = tensor.to(type);
}

at::DimVector common_shape(const Tensors& tensors) {
  at::DimVector shape(tensors[0].sizes());
  for (std::size_t i = 1; i < tensors.size(); ++i)
    if (tensors[i].sizes() != at::IntArrayRef(shape)) shape = at::infer_size_dimvector(shape, tensors[i].sizes());
  return shape;
}

bool same_sizes(TensorSpan tensors, at::IntArrayRef shape) {
  return std::all_of(tensors.begin(), tensors.end(), [&](const at::Tensor& t) { return t.sizes() == shape; });
}

// One flag for each tensor of a call.
struct Flags {
  bool flags[most_operands];
  std::size_t count = 0;
  void push(bool flag) { flags[count++] = flag; }
  void append(const Flags& other) {
    for (const bool flag : other.span()) push(flag);
  }
  std::span<const bool> span() const { return {flags, count}; }
};

// The kernel of an operator with coefficients knows how many there are.
MapKernel bound(const Operator& op, MapKernel kernel, const Counts& counts) {
  if (op.has_coefficients()) kernel.context = &counts;
  return kernel;
}

// A call of backward or double backward.
struct Gradients {
  const Operator& op;
  const MapKernel (&kernels)[element_count];
  const Arrangement& call;
  Flags parameter_output, parameter_input;

  Tensors run(ArgumentSpan arguments) const {
    const auto& [inputs, like, aligned, type, counts] = call;
    Tensors cast = inputs;
    cast_all(cast, type);
    const at::DimVector shape = common_shape(cast);
    Tensors outputs;
    for (const at::Tensor& tensor : like) outputs.push_back(result(tensor));
    if (same_sizes(like, shape))
      run_elementwise(kernel(), outputs, cast, arguments);
    else if (same_sizes(aligned, shape))
      run_into_views(outputs, cast, arguments);
    else
      run_into_sums(outputs, cast, shape, arguments);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (outputs[i].scalar_type() != like[i].scalar_type()) outputs[i] = outputs[i].to(like[i].scalar_type());
    if (!op.has_coefficients()) return outputs;
    return join_coefficients(op, counts, outputs, outputs.size() - static_cast<std::size_t>(counts.total()));
  }

 private:
  // Of operators of one tensor in the place of the gradient, if that may be: formulas of more write one result before
  // they read all that another needs.
  at::Tensor result(const at::Tensor& like) const {
    if (like.scalar_type() != call.type || !like.is_non_overlapping_and_dense())
      return at::empty_like(like, like.options().dtype(call.type));
    return op.inputs.size() == 1 && &kernels == &op.kernels->backward ? result_over(call.inputs[0], like)
                                                                      : new_result(like);
  }

  MapKernel kernel() const { return kernel(element_of(call.type)); }
  MapKernel kernel(Element element) const { return bound(op, kernels[static_cast<int>(element)], call.counts); }

  // For blocks of floats or doubles.
  MapKernel kernel_of_blocks() const {
    const OperatorKernels& all = *op.kernels;
    if (call.type == at::kDouble) return kernel(Element::float64);
    if (&kernels == &all.backward && call.type != at::kFloat && all.short_backward.function) return all.short_backward;
    return kernel(Element::float32);
  }

  bool sums_gradients() const {
    const OperatorKernels& all = *op.kernels;
    return &kernels == &all.backward && all.sums_gradients && (!all.summed_counts || *all.summed_counts == call.counts);
  }

  // A parameter without anything to broadcast along may still have fewer dimensions.
  void run_into_views(const Tensors& outputs, const Tensors& cast, ArgumentSpan arguments) const {
    Tensors views;
    for (std::size_t i = 0; i < outputs.size(); ++i) views.push_back(outputs[i].view_as(call.aligned[i]));
    run_elementwise(kernel(), views, cast, arguments);
  }

  // Where an output is smaller than the common shape, it is summed to its own.
  void run_into_sums(Tensors& outputs, const Tensors& cast, at::IntArrayRef shape, ArgumentSpan arguments) const {
    const Operands operands{outputs, cast, parameter_output.span(), parameter_input.span()};
    const bool in_floats = call.type != at::kDouble;
    if (run_reducing({kernel_of_blocks(), sums_gradients() && in_floats}, operands, shape, arguments)) return;
    Tensors whole;
    for (const at::Tensor& output : outputs) whole.push_back(at::empty(shape, output.options()));
    run_elementwise(kernel(), whole, cast, arguments);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      outputs[i].copy_(at::sum_to(whole[i], call.aligned[i].sizes()).reshape(outputs[i].sizes()));
  }
};

// Which of the operands that are saved are parameters; a saved output is none.
Flags saved_parameters(const Operator& op, const Counts& counts) {
  Flags flags;
  for (std::size_t i = 0; i < op.saved_count(); ++i)
    for (int k = 0; k < counts.count[i]; ++k) flags.push(op.saved == Saved::inputs && op.is_parameter(i));
  return flags;
}

struct Cpu {
  static Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
    check_inputs(op, inputs);
    check_arguments(op, arguments);
    const at::ScalarType type = result_type(op, inputs);
    Tensors outputs(1);
    if (inputs.size() == 1) {
      run_elementwise(kernel_for(op, type), outputs, inputs, arguments);
      return outputs;
    }
    Tensors aligned = align_parameters(op, inputs);
    cast_all(aligned, type);
    run_forward(op, type, outputs[0], aligned, counts_of(op, inputs), arguments);
    return outputs;
  }

  static Tensors out(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const TensorSpan inputs = tensors.slice(0, tensors.size() - 1);
    const at::Tensor& out = tensors.back();
    check_inputs(op, inputs);
    check_arguments(op, arguments);
    const at::ScalarType type = result_type(op, inputs);
    check_out(op, inputs, type, out);
    Tensors aligned = align_parameters(op, inputs);
    cast_all(aligned, type);
    at::native::resize_output(out, common_shape(aligned));
    at::Tensor output = out;
    run_forward(op, type, output, aligned, counts_of(op, inputs), arguments);
    return {out};
  }

  static Tensors in_place(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    check_inputs(op, tensors);
    check_arguments(op, arguments);
    check_in_place(op, tensors[0]);
    Tensors outputs{tensors[0]};
    run_elementwise(kernel_for(op, tensors[0].scalar_type()), outputs, tensors, arguments);
    return outputs;
  }

  static Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const Arrangement call = arrange_backward(op, tensors);
    const Flags parameters = saved_parameters(op, call.counts);
    Flags input;
    input.push(false), input.append(parameters);
    return Gradients{op, op.kernels->backward, call, parameters, input}.run(arguments);
  }

  static Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const Arrangement call = arrange_double_backward(op, tensors);
    const Flags parameters = saved_parameters(op, call.counts);
    Flags output, input = parameters;
    output.push(false), output.append(parameters);
    input.append(output);
    return Gradients{op, op.kernels->double_backward, call, output, input}.run(arguments);
  }

 private:
  static void run_forward(const Operator& op, at::ScalarType type, at::Tensor& output, TensorSpan aligned,
                          const Counts& counts, ArgumentSpan arguments) {
    const MapKernel kernel = bound(op, kernel_for(op, type), counts);
    Flags parameter;
    for (std::size_t i = 0; i < op.inputs.size(); ++i)
      for (int k = 0; k < counts.count[i]; ++k) parameter.push(op.is_parameter(i));
    if (op.has_parameters()) {
      run_with_parameters(kernel, output, aligned, parameter.span(), arguments);
    } else {
      Tensors outputs{output};
      run_elementwise(kernel, outputs, aligned, arguments);
      output = outputs[0];
    }
  }

  static MapKernel kernel_for(const Operator& op, at::ScalarType type) {
    return op.kernels->forward[static_cast<int>(element_of(type))];
  }
};

const Registration registration(c10::DispatchKey::CPU, {.forward = without_keys<Cpu::forward>,
                                                        .in_place = without_keys<Cpu::in_place>,
                                                        .out = without_keys<Cpu::out>,
                                                        .backward = without_keys<Cpu::backward>,
                                                        .double_backward = without_keys<Cpu::double_backward>});

}  // namespace
}  // namespace torchactiv
