#include "tests/cpp/operators.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <ostream>

#include "csrc/operators/activations.h"

namespace torchactiv_test {
namespace {

Tensors call(const Operator& op, const std::string& suffix, const Tensors& tensors, const char* overload = "",
             const at::Tensor& out = {}) {
  const auto handle =
      c10::Dispatcher::singleton().findSchemaOrThrow(("torchactiv::" + op.name + suffix).c_str(), overload);
  torch::jit::Stack stack(tensors.begin(), tensors.end());
  for (const torchactiv::Argument& argument : op.arguments) stack.emplace_back(argument.default_value);
  if (out.defined()) stack.emplace_back(out);
  handle.callBoxed(stack);
  Tensors results;
  for (const c10::IValue& result : stack) results.push_back(result.toTensor());
  return results;
}

Tensors join(std::initializer_list<Tensors> parts) {
  Tensors all;
  for (const Tensors& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

bool Operator::has_parameters() const { return data_count() < inputs.size(); }

bool Operator::has_coefficients() const {
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const auto& input) { return input.role == torchactiv::Role::coefficients; });
}

std::size_t Operator::data_count() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) count += !is_parameter(i);
  return count;
}

at::Tensor Operator::forward(const Tensors& inputs) const { return call(*this, "", inputs)[0]; }

at::Tensor Operator::forward_in_place(const at::Tensor& input) const { return call(*this, "_", {input})[0]; }

at::Tensor Operator::forward_out(const Tensors& inputs, const at::Tensor& out) const {
  return call(*this, "", inputs, "out", out)[0];
}

Tensors Operator::backward(const at::Tensor& gradient, const Tensors& saved) const {
  return call(*this, "_backward", join({{gradient}, saved}));
}

Tensors Operator::double_backward(const Tensors& gradients, const at::Tensor& gradient, const Tensors& saved) const {
  return call(*this, "_double_backward", join({gradients, {gradient}, saved}));
}

Tensors Operator::saved(const Tensors& inputs) const { return saves_output ? Tensors{forward(inputs)} : inputs; }

const std::vector<Operator>& operators() {
  static const std::vector<Operator> all = [] {
    std::vector<Operator> result;
    torchactiv::for_each_activation([&]<class Op>() {
      result.push_back({std::string(Op::card.name),
                        {Op::inputs.begin(), Op::inputs.end()},
                        {Op::arguments.begin(), Op::arguments.end()},
                        Op::saved == torchactiv::Saved::output,
                        Op::in_place,
                        Op::card.family == torchactiv::Family::periodic,
                        true});
      for (torchactiv::Argument& argument : result.back().arguments)
        if (std::isnan(argument.default_value)) {
          argument.default_value = 0.25;
          result.back().has_defaults = false;
        }
    });
    return result;
  }();
  return all;
}

const std::vector<Operator>& operators_of_each_kind() {
  static const std::vector<Operator> some = [] {
    std::map<std::array<int, 10>, Operator> kinds;
    auto op = operators().begin();
    torchactiv::for_each_activation([&]<class Op>() {
      const std::array<int, 10> kind{static_cast<int>(op->inputs.size()),
                                     op->has_coefficients(),
                                     static_cast<int>(op->data_count()),
                                     static_cast<int>(op->arguments.size()),
                                     op->saves_output,
                                     op->in_place,
                                     Op::masks_gradient,
                                     static_cast<int>(Op::forward_precision),
                                     static_cast<int>(Op::partials_precision),
                                     op->periodic};
      kinds.emplace(kind, *op++);
    });
    std::vector<Operator> result;
    for (const auto& [kind, one] : kinds) result.push_back(one);
    return result;
  }();
  return some;
}

at::Tensor sample(at::IntArrayRef shape, at::ScalarType type, std::uint64_t seed) {
  at::Generator generator = at::detail::getDefaultCPUGenerator().clone();
  generator.set_current_seed(seed + 1);
  const at::Tensor normal = at::randn(shape, generator, at::TensorOptions(at::kDouble));
  return (normal * 1.25 + normal.sign() * 0.1).to(type);
}

at::Tensor sample_coefficients(const torchactiv::Input& input, at::ScalarType type, at::IntArrayRef shape) {
  Tensors coefficients;
  for (const double initial : input.initials)
    coefficients.push_back(initial + 0.05 * sample(shape, type, coefficients.size()).abs());
  return at::stack(coefficients);
}

Tensors sample_inputs(const Operator& op, at::IntArrayRef shape, at::ScalarType type, at::IntArrayRef parameter_shape) {
  Tensors inputs;
  for (std::size_t i = 0; i < op.inputs.size(); ++i)
    inputs.push_back(op.inputs[i].role == torchactiv::Role::coefficients
                         ? sample_coefficients(op.inputs[i], type, parameter_shape)
                     : op.is_parameter(i) ? op.inputs[i].initial + 0.25 * sample(parameter_shape, type, i).abs()
                                          : sample(shape, type, i));
  return inputs;
}

at::ScalarType bits_of(at::ScalarType type) {
  return type == at::kDouble ? at::kLong : type == at::kFloat ? at::kInt : at::kShort;
}

::testing::AssertionResult same_bits(const at::Tensor& a, const at::Tensor& b) {
  if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes())
    return ::testing::AssertionFailure() << a.toString() << a.sizes() << " and " << b.toString() << b.sizes();
  const at::ScalarType bits = bits_of(a.scalar_type());
  const at::Tensor differ = a.detach().view(bits) != b.detach().view(bits);
  const std::int64_t count = differ.sum().item<std::int64_t>();
  if (count == 0) return ::testing::AssertionSuccess();
  const at::Tensor first = differ.flatten().nonzero()[0][0];
  return ::testing::AssertionFailure() << count << " of " << a.numel() << " elements differ, the first at "
                                       << first.item<std::int64_t>() << ": " << a.flatten()[first].item<double>()
                                       << " and " << b.flatten()[first].item<double>();
}

::testing::AssertionResult near(const at::Tensor& result, const at::Tensor& expected, double relative,
                                double absolute) {
  if (result.sizes() != expected.sizes())
    return ::testing::AssertionFailure() << "the shapes are " << result.sizes() << " and " << expected.sizes();
  const at::Tensor a = result.detach().to(at::kDouble), b = expected.detach().to(at::kDouble);
  const at::Tensor close = (a == b).logical_or((a - b).abs() <= b.abs() * relative + absolute);  // false for NaN
  const at::Tensor far = close.logical_not();
  if (!far.any().item<bool>()) return ::testing::AssertionSuccess();
  const at::Tensor first = far.flatten().nonzero()[0][0];
  return ::testing::AssertionFailure() << far.sum().item<std::int64_t>() << " of " << a.numel()
                                       << " elements are off, the first at " << first.item<std::int64_t>() << ": "
                                       << a.flatten()[first].item<double>() << ", expected "
                                       << b.flatten()[first].item<double>();
}

double summation_tolerance(at::ScalarType type) {
  switch (type) {
    case at::kDouble:
      return 1e-12;
    case at::kFloat:
      return 1e-6;
    case at::kHalf:
      return 0x1p-9;
    default:
      return 0x1p-6;
  }
}

void PrintTo(const Operator& op, std::ostream* stream) { *stream << op.name; }

}  // namespace torchactiv_test
