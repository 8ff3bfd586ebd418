#include "tests/accuracy/pytorch.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <cstring>
#include <string_view>

namespace accuracy {

using Tensors = std::vector<at::Tensor>;
using Arguments = std::vector<double>;

struct Builtin {
  const char* name;
  at::Tensor (*call)(const Tensors& inputs, const Arguments& arguments);
};

namespace {

// What torch.nn.functional calls, and where that is a composition, the same composition.
#define CALL(expression) \
  [](const Tensors& in, [[maybe_unused]] const Arguments& arguments) -> at::Tensor { return expression; }
const Builtin builtins[] = {
    {"relu", CALL(at::relu(in[0]))},
    {"leaky_relu", CALL(at::leaky_relu(in[0], arguments[0]))},
    {"prelu", CALL(at::_prelu_kernel(in[0], in[1]))},  // with a weight for each element
    {"sigmoid", CALL(at::sigmoid(in[0]))},
    {"tanh", CALL(at::tanh(in[0]))},
    {"mish", CALL(at::mish(in[0]))},
    {"swiglu", CALL(at::silu(in[0]) * in[1])},
    {"relu6", CALL(at::relu6(in[0]))},
    {"hardtanh", CALL(at::hardtanh(in[0], arguments[0], arguments[1]))},
    {"hardsigmoid", CALL(at::hardsigmoid(in[0]))},
    {"hardswish", CALL(at::hardswish(in[0]))},
    {"threshold", CALL(at::threshold(in[0], arguments[0], arguments[1]))},
    {"softshrink", CALL(at::softshrink(in[0], arguments[0]))},
    {"hardshrink", CALL(at::hardshrink(in[0], arguments[0]))},
    {"elu", CALL(at::elu(in[0], arguments[0]))},
    {"selu", CALL(at::selu(in[0]))},
    {"celu", CALL(at::celu(in[0], arguments[0]))},
    {"silu", CALL(at::silu(in[0]))},
    {"gelu_tanh", CALL(at::gelu(in[0], "tanh"))},
    {"logsigmoid", CALL(at::log_sigmoid(in[0]))},
    {"softplus", CALL(at::softplus(in[0], arguments[0], arguments[1]))},
    {"gelu_erf", CALL(at::gelu(in[0]))},
    {"arctan", CALL(at::arctan(in[0]))},
    {"exponential", CALL(at::exp(in[0]))},
    {"softsign", CALL(in[0] / (at::abs(in[0]) + 1))},
    {"tanhshrink", CALL(in[0] - at::tanh(in[0]))},
    {"sigmoid_glu", CALL(at::sigmoid(in[0]) * in[1])},
};

at::ScalarType scalar_type(torchactiv::Element element) {
  switch (element) {
    case torchactiv::Element::float32:
      return at::kFloat;
    case torchactiv::Element::float64:
      return at::kDouble;
    case torchactiv::Element::bfloat16:
      return at::kBFloat16;
    case torchactiv::Element::float16:
      return at::kHalf;
  }
  TORCH_INTERNAL_ASSERT(false);
}

void copy(const at::Tensor& from, void* to) {
  const at::Tensor tensor = from.contiguous();
  std::memcpy(to, tensor.const_data_ptr(), tensor.nbytes());
}

}  // namespace

const Builtin* find_builtin(const std::string& name) {
  for (const Builtin& builtin : builtins)
    if (builtin.name == name) return &builtin;
  return nullptr;
}

void call(const Builtin& builtin, torchactiv::Element element, const std::vector<void*>& inputs, int n,
          const std::vector<double>& arguments, bool derivatives, const std::vector<void*>& results) {
  static thread_local const bool single = (at::set_num_threads(1), true);  // the tool has threads of its own
  static_cast<void>(single);
  const at::AutoGradMode mode(derivatives);
  Tensors tensors;
  for (void* input : inputs)
    tensors.push_back(at::from_blob(input, {n}, at::dtype(scalar_type(element))).requires_grad_(derivatives));
  const at::Tensor value = builtin.call(tensors, arguments);
  copy(value, results[0]);
  if (!derivatives) return;
  const Tensors gradients = torch::autograd::grad({value}, tensors, {at::ones_like(value)});
  for (std::size_t i = 0; i < gradients.size(); ++i) copy(gradients[i], results[i + 1]);
}

std::string describe_pytorch() { return std::string(TORCH_VERSION) + ", " + at::get_cpu_capability(); }

}  // namespace accuracy
