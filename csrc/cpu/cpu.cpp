// Dispatch key CPU: the kernels.
#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/native/Resize.h>

#include "csrc/cpu/elementwise.h"
#include "csrc/cpu/reduce.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/entry_points.h"

namespace torchactiv {
namespace {

void cast_all(Tensors& tensors, at::ScalarType type) {
  for (at::Tensor& tensor : tensors)
    if (tensor.scalar_type() != type) tensor = tensor.to(type);
}

std::vector<std::int64_t> common_shape(const Tensors& tensors) {
  std::vector<std::int64_t> shape = tensors[0].sizes().vec();
  for (std::size_t i = 1; i < tensors.size(); ++i) shape = at::infer_size(shape, tensors[i].sizes());
  return shape;
}

// Runs backward or double backward: `like` are the tensors whose gradients the outputs are, as the caller gave them,
// `aligned` the same as they broadcast. Where an output is smaller than the common shape, it is summed to its own.
Tensors run_gradients(const Kernels& kernels, TensorSpan like, TensorSpan aligned, TensorSpan inputs,
                      std::span<const bool> parameter_output, std::span<const bool> parameter_input,
                      at::ScalarType type, ArgumentSpan arguments) {
  Tensors cast(inputs.begin(), inputs.end());
  cast_all(cast, type);
  const std::vector<std::int64_t> shape = common_shape(cast);
  bool sums = false;
  Tensors outputs;
  for (std::size_t i = 0; i < like.size(); ++i) {
    outputs.push_back(at::empty_like(like[i], like[i].options().dtype(type)));
    sums |= aligned[i].sizes() != at::IntArrayRef(shape);
  }
  if (!sums) {
    Tensors views;  // a parameter without anything to broadcast along may still have fewer dimensions
    for (std::size_t i = 0; i < outputs.size(); ++i) views.push_back(outputs[i].view_as(aligned[i]));
    run_elementwise(kernels.map, views, cast, arguments);
  } else {
    Tensors small = outputs;
    const Operands operands{small, cast, parameter_output, parameter_input};
    if (!run_reducing(kernels, operands, shape, arguments)) {
      Tensors whole;
      for (std::size_t i = 0; i < outputs.size(); ++i) whole.push_back(at::empty(shape, outputs[i].options()));
      run_elementwise(kernels.map, whole, cast, arguments);
      for (std::size_t i = 0; i < outputs.size(); ++i)
        outputs[i].copy_(at::sum_to(whole[i], aligned[i].sizes()).reshape(outputs[i].sizes()));
    }
  }
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].scalar_type() != like[i].scalar_type()) outputs[i] = outputs[i].to(like[i].scalar_type());
  return outputs;
}

// Which of the saved tensors are parameters; a saved output is none.
std::vector<char> parameters_of(const Operator& op) {
  std::vector<char> flags;
  for (std::size_t i = 0; i < op.saved_count(); ++i) flags.push_back(op.saved == Saved::inputs && op.is_parameter(i));
  return flags;
}

struct Cpu {
  static Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
    check_inputs(op, inputs);
    const at::ScalarType type = result_type(op, inputs);
    Tensors outputs(1);
    if (inputs.size() == 1) {
      run_elementwise(kernels(op.kernels->forward, type).map, outputs, inputs, arguments);
      return outputs;
    }
    Tensors aligned = align_parameters(op, inputs);
    cast_all(aligned, type);
    run_forward(op, type, outputs[0], aligned, arguments);
    return outputs;
  }

  static Tensors out(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const TensorSpan inputs = tensors.slice(0, tensors.size() - 1);
    const at::Tensor& out = tensors.back();
    check_inputs(op, inputs);
    const at::ScalarType type = result_type(op, inputs);
    check_out(op, inputs, type, out);
    Tensors aligned = align_parameters(op, inputs);
    cast_all(aligned, type);
    at::native::resize_output(out, common_shape(aligned));
    at::Tensor output = out;
    run_forward(op, type, output, aligned, arguments);
    return {out};
  }

  static Tensors in_place(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    check_inputs(op, tensors);
    check_in_place(op, tensors[0]);
    Tensors outputs{tensors[0]};
    run_elementwise(kernels(op.kernels->forward, tensors[0].scalar_type()).map, outputs, tensors, arguments);
    return outputs;
  }

  static Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const TensorSpan saved = tensors.slice(1);
    check_inputs(op, saved);
    const Tensors aligned = align_parameters(op, saved);
    Tensors inputs{tensors[0]};
    inputs.append(aligned.begin(), aligned.end());
    const std::vector<char> parameters = parameters_of(op);
    Flags output, input;
    input.push(false);
    for (const char parameter : parameters) output.push(parameter), input.push(parameter);
    const at::ScalarType type = result_type(op, saved);
    return run_gradients(kernels(op.kernels->backward, type), saved, aligned, inputs, output.span(), input.span(), type,
                         arguments);
  }

  static Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const std::size_t count = op.saved_count();
    const TensorSpan saved = tensors.slice(count + 1);
    check_inputs(op, saved);
    const Tensors aligned_saved = align_parameters(op, saved);
    Tensors inputs;
    for (std::size_t i = 0; i < count; ++i) inputs.push_back(tensors[i].reshape(aligned_saved[i].sizes()));
    inputs.push_back(tensors[count]);
    inputs.append(aligned_saved.begin(), aligned_saved.end());

    Tensors like{tensors[count]}, aligned{tensors[count]};
    like.append(saved.begin(), saved.end());
    aligned.append(aligned_saved.begin(), aligned_saved.end());
    const std::vector<char> parameters = parameters_of(op);
    Flags output, input;
    for (const char parameter : parameters) input.push(parameter);
    output.push(false), input.push(false);
    for (const char parameter : parameters) output.push(parameter), input.push(parameter);
    const at::ScalarType type = result_type(op, saved);
    return run_gradients(kernels(op.kernels->double_backward, type), like, aligned, inputs, output.span(), input.span(),
                         type, arguments);
  }

 private:
  struct Flags {
    static constexpr std::size_t most = 16;
    bool flags[most];
    std::size_t count = 0;
    void push(bool flag) { flags[count++] = flag; }
    std::span<const bool> span() const { return {flags, count}; }
  };

  static void run_forward(const Operator& op, at::ScalarType type, at::Tensor& output, TensorSpan aligned,
                          ArgumentSpan arguments) {
    const MapKernel kernel = kernels(op.kernels->forward, type).map;
    Flags parameter;
    for (std::size_t i = 0; i < aligned.size(); ++i) parameter.push(op.is_parameter(i));
    if (op.has_parameters()) {
      run_with_parameters(kernel, output, aligned, parameter.span(), arguments);
    } else {
      Tensors outputs{output};
      run_elementwise(kernel, outputs, aligned, arguments);
      output = outputs[0];
    }
  }

  static const Kernels& kernels(const Kernels (&table)[element_count], at::ScalarType type) {
    return table[static_cast<int>(element_of(type))];
  }
};

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CPU, m) {
  torchactiv::register_functional<torchactiv::Cpu>(m);
  torchactiv::register_writing<torchactiv::Cpu>(m);
}
