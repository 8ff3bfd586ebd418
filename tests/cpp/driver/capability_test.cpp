// The kernels are those for the CPU, or for less where ATEN_CPU_CAPABILITY says so.
#include <ATen/ATen.h>
#include <ATen/Version.h>

#include <cstdlib>

#include "tests/accuracy/operators.h"
#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

// The index in accuracy::capabilities() of what is to run here.
std::size_t expected_capability() {
  const char* const asked = std::getenv("ATEN_CPU_CAPABILITY");
  const auto all = accuracy::capabilities();
  std::size_t best = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].available) best = i;
  if (asked == nullptr) return best;
  if (asked == std::string("default")) return 0;
  if (asked == std::string("avx2")) return std::min<std::size_t>(best, 1);
  return best;
}

TEST(CapabilityOfTheProcess, IsWhatPyTorchUses) {
  const char* const asked = std::getenv("ATEN_CPU_CAPABILITY");
  if (asked == nullptr) GTEST_SKIP() << "ATEN_CPU_CAPABILITY is not set";
  if (expected_capability() == 0) {
    EXPECT_EQ(at::get_cpu_capability(), "DEFAULT");
  } else if (expected_capability() == 1) {
    EXPECT_EQ(at::get_cpu_capability(), "AVX2");
  }
}

class Capability : public EveryOperator {
 protected:
  // What the map kernel of an instruction set makes of the inputs.
  at::Tensor run(const torchactiv::OperatorKernels& kernels, torchactiv::Element element, const Tensors& inputs) const {
    at::Tensor result = at::empty_like(inputs[0]);
    std::vector<char*> operands{static_cast<char*>(result.data_ptr())};
    std::vector<std::int64_t> strides{result.element_size()};
    torchactiv::Counts counts{{}, static_cast<int>(inputs.size())};
    bool counted = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const bool coefficients = op().inputs[i].role == torchactiv::Role::coefficients;
      counts.count[i] = coefficients ? static_cast<int>(inputs[i].size(0)) : 1;
      counted |= coefficients;
      for (int k = 0; k < counts.count[i]; ++k) {
        operands.push_back(static_cast<char*>(inputs[i].data_ptr()) + k * result.element_size());
        strides.push_back(coefficients || inputs[i].numel() == 1 ? 0 : result.element_size());
      }
    }
    std::vector<double> arguments;
    for (const torchactiv::Argument& argument : op().arguments) arguments.push_back(argument.default_value);
    strides.resize(2 * operands.size());  // there is one row
    torchactiv::MapKernel kernel = kernels.forward[static_cast<int>(element)];
    if (counted) kernel.context = &counts;
    kernel(operands.data(), strides.data(), result.numel(), 1, arguments.data());
    return result;
  }
};

TEST_P(Capability, PicksTheKernels) {
  using torchactiv::Element;
  const std::pair<at::ScalarType, Element> types[] = {{at::kFloat, Element::float32},
                                                      {at::kDouble, Element::float64},
                                                      {at::kBFloat16, Element::bfloat16},
                                                      {at::kHalf, Element::float16}};
  for (const accuracy::Operator& measured : accuracy::operators()) {
    if (measured.reference->name != op().name) continue;
    for (const auto& [type, element] : types) {
      const Tensors inputs = sample_inputs(op(), {100003}, type);
      const at::Tensor expected = run(*measured.kernels[expected_capability()], element, inputs);
      EXPECT_TRUE(same_bits(op().forward(inputs), expected)) << type;
    }
  }
}

FOR_EVERY_OPERATOR(Capability);

}  // namespace
}  // namespace torchactiv_test
