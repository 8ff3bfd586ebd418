#include "csrc/cpu/elementwise.h"

#include <ATen/EmptyTensor.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>

#include <limits>

#include "csrc/cpu/new_result.h"

namespace torchactiv {
namespace {

// Whether every index reads the same element.
bool is_one_element(const at::Tensor& tensor) {
  for (std::int64_t d = 0; d < tensor.dim(); ++d)
    if (tensor.stride(d) != 0 && tensor.size(d) != 1) return false;
  return true;
}

// The input that has the common shape, if there is one to be seen at once.
const at::Tensor& widest(TensorSpan inputs) {
  const at::Tensor* widest = &inputs[0];
  for (const at::Tensor& input : inputs) {
    if (!is_one_element(input)) return input;
    if (input.dim() > widest->dim()) widest = &input;
  }
  return *widest;
}

// Tensors of the same sizes and strides without holes are one long row, beside which an input may be one element for
// all. This spares small tensors the iterator, which costs more than they do.
bool run_as_one_row(MapKernel kernel, Tensors& outputs, TensorSpan inputs, ArgumentSpan arguments) {
  const at::Tensor* const shape = &widest(inputs);
  if (!shape->is_non_overlapping_and_dense()) return false;
  const auto same = [&](const at::Tensor& t) { return t.sizes() == shape->sizes() && t.strides() == shape->strides(); };
  const auto one = [&](const at::Tensor& t) {
    return is_one_element(t) && (t.sizes() == shape->sizes() || (t.numel() == 1 && t.dim() <= shape->dim()));
  };
  for (const at::Tensor& output : outputs)
    if (output.defined() && !same(output)) return false;
  for (const at::Tensor& input : inputs)
    if (!same(input) && !one(input)) return false;

  for (at::Tensor& output : outputs)
    if (!output.defined()) output = new_result(*shape);

  char* data[most_operands];
  std::int64_t strides[2 * most_operands];
  std::size_t operands = 0;
  const auto size = static_cast<std::int64_t>(shape->element_size());
  for (at::Tensor& output : outputs) {
    data[operands] = static_cast<char*>(output.mutable_data_ptr());
    strides[operands++] = size;
  }
  for (const at::Tensor& input : inputs) {
    data[operands] = static_cast<char*>(const_cast<void*>(input.const_data_ptr()));
    strides[operands++] = same(input) ? size : 0;
  }
  std::fill_n(strides + operands, operands, 0);
  const std::int64_t n = shape->numel();
  if (n <= grain_size) {
    if (n > 0) kernel(data, strides, n, 1, arguments.data());
    return true;
  }
  at::parallel_for(0, n, grain_size, [&](std::int64_t begin, std::int64_t end) {
    char* part[most_operands];
    for (std::size_t i = 0; i < operands; ++i) part[i] = data[i] + begin * strides[i];
    kernel(part, strides, end - begin, 1, arguments.data());
  });
  return true;
}

// The dimensions of small tensors, innermost first, with each operand's strides in bytes. Neighbours that all operands
// run through as if they were one are one.
struct Nest {
  static constexpr std::size_t most_dimensions = 8;
  std::size_t operands, dimensions = 0;
  std::int64_t sizes[most_dimensions];
  std::int64_t strides[most_dimensions][most_operands];

  explicit Nest(std::size_t operands) : operands(operands) {}

  void add(std::int64_t size, const std::int64_t* stride) {
    if (size == 1) return;
    if (dimensions > 0 && continues(stride)) {
      sizes[dimensions - 1] *= size;
      return;
    }
    sizes[dimensions] = size;
    std::copy_n(stride, operands, strides[dimensions++]);
  }

  void run(MapKernel kernel, char* const* data, const double* arguments, std::size_t dimension) const {
    if (dimension < 2) {
      std::int64_t two[2 * most_operands];
      for (std::size_t d = 0; d < 2; ++d)
        d < dimensions ? std::copy_n(strides[d], operands, two + d * operands)
                       : std::fill_n(two + d * operands, operands, 0);
      kernel(data, two, dimensions > 0 ? sizes[0] : 1, dimensions > 1 ? sizes[1] : 1, arguments);
      return;
    }
    char* part[most_operands];
    for (std::int64_t i = 0; i < sizes[dimension]; ++i) {
      for (std::size_t o = 0; o < operands; ++o) part[o] = data[o] + i * strides[dimension][o];
      run(kernel, part, arguments, dimension - 1);
    }
  }

 private:
  bool continues(const std::int64_t* stride) const {
    for (std::size_t o = 0; o < operands; ++o)
      if (stride[o] != strides[dimensions - 1][o] * sizes[dimensions - 1]) return false;
    return true;
  }
};

// What is left of small tensors, in the order of rows: here too the iterator costs more than they do.
bool run_as_nest(MapKernel kernel, Tensors& outputs, TensorSpan inputs, ArgumentSpan arguments) {
  const at::Tensor& shape = widest(inputs);
  const std::int64_t dimensions = shape.dim(), n = shape.numel();
  if (n == 0 || n > grain_size || dimensions > static_cast<std::int64_t>(Nest::most_dimensions)) return false;
  const auto fits = [&](const at::Tensor& t) {
    if (t.scalar_type() != shape.scalar_type() || t.dim() > dimensions) return false;
    for (std::int64_t d = 1; d <= t.dim(); ++d)
      if (t.size(-d) != 1 && t.size(-d) != shape.size(-d)) return false;
    return true;
  };
  std::int64_t outer = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t d = 0; d < dimensions; ++d) {
    if (shape.size(d) == 1) continue;
    if (shape.stride(d) > outer || shape.stride(d) <= 0) return false;
    outer = shape.stride(d);
  }
  for (const at::Tensor& input : inputs)
    if (!fits(input)) return false;
  for (const at::Tensor& output : outputs)
    if (output.defined() && (!fits(output) || output.sizes() != shape.sizes())) return false;

  for (at::Tensor& output : outputs)
    if (!output.defined()) output = at::detail::empty_cpu(shape.sizes(), shape.scalar_type());
  char* data[most_operands];
  Nest nest(outputs.size() + inputs.size());
  const auto operand = [&](std::size_t o) -> const at::Tensor& {
    return o < outputs.size() ? outputs[o] : inputs[o - outputs.size()];
  };
  for (std::size_t o = 0; o < nest.operands; ++o)
    data[o] = static_cast<char*>(o < outputs.size() ? outputs[o].mutable_data_ptr()
                                                    : const_cast<void*>(operand(o).const_data_ptr()));
  const auto size = static_cast<std::int64_t>(shape.element_size());
  for (std::int64_t d = 1; d <= dimensions; ++d) {
    std::int64_t strides[most_operands];
    for (std::size_t o = 0; o < nest.operands; ++o) {
      const at::Tensor& t = operand(o);
      strides[o] = d > t.dim() || t.size(-d) == 1 ? 0 : t.stride(-d) * size;
    }
    nest.add(shape.size(-d), strides);
  }
  nest.run(kernel, data, arguments.data(), nest.dimensions > 2 ? nest.dimensions - 1 : 1);
  return true;
}

}  // namespace

Element element_of(at::ScalarType type) {
  switch (type) {
    case at::kDouble:
      return Element::float64;
    case at::kBFloat16:
      return Element::bfloat16;
    case at::kHalf:
      return Element::float16;
    default:
      return Element::float32;
  }
}

void run_elementwise(MapKernel kernel, Tensors& outputs, TensorSpan inputs, ArgumentSpan arguments) {
  if (run_as_one_row(kernel, outputs, inputs, arguments) || run_as_nest(kernel, outputs, inputs, arguments)) return;

  at::TensorIteratorConfig config;
  config.set_check_mem_overlap(false).resize_outputs(false).check_all_same_dtype(true);
  for (const at::Tensor& output : outputs) config.add_output(output);
  for (const at::Tensor& input : inputs) config.add_const_input(input);
  at::TensorIterator iterator = config.build();
  iterator.for_each([&](char** data, const std::int64_t* strides, std::int64_t columns,
                        std::int64_t rows) { kernel(data, strides, columns, rows, arguments.data()); },
                    grain_size);
  for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = iterator.tensor(static_cast<std::int64_t>(i));
}

}  // namespace torchactiv
