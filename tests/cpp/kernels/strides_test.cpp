// The map kernels at any strides and in several rows, also those that tensors cannot have, on every instruction set of
// this CPU.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tests/accuracy/operators.h"

namespace {

using torchactiv::MapKernel;

constexpr std::int64_t longest = 150;  // more than twice what a kernel computes at a time

struct Direction {
  const char* name;
  const MapKernel (torchactiv::OperatorKernels::*kernels)[torchactiv::element_count];
  std::size_t outputs, inputs;
};

std::vector<Direction> directions(const accuracy::Operator& op) {
  const std::size_t inputs = op.reference->inputs.size(), saved = op.saves_output ? 1 : inputs;
  return {{"forward", &torchactiv::OperatorKernels::forward, 1, inputs},
          {"backward", &torchactiv::OperatorKernels::backward, inputs, 1 + saved},
          {"double backward", &torchactiv::OperatorKernels::double_backward, 1 + saved, 1 + 2 * saved}};
}

// An operand in memory: n elements, `step` elements apart, which may be negative or zero.
class Operand {
 public:
  Operand(std::size_t size, std::int64_t step)
      : size_(size), step_(step), bytes_(size * (std::abs(step) * longest + 1)) {
    std::memset(bytes_.data(), 0x55, bytes_.size());
  }
  char* begin() { return bytes_.data() + (step_ < 0 ? -step_ * (longest - 1) * static_cast<std::int64_t>(size_) : 0); }
  char* at(std::int64_t i) { return begin() + i * stride(); }
  std::int64_t stride() const { return step_ * static_cast<std::int64_t>(size_); }
  const std::vector<char>& bytes() const { return bytes_; }

 private:
  std::size_t size_;
  std::int64_t step_;
  std::vector<char> bytes_;
};

// Finite values of either sign, of moderate size.
void fill(Operand& operand, std::size_t element, std::int64_t n, std::mt19937& generator) {
  std::uniform_real_distribution<double> uniform(-4, 4);
  for (std::int64_t i = 0; i < n; ++i) {
    const double wide = uniform(generator);
    const float narrow = static_cast<float>(wide);
    std::uint32_t bits;
    std::memcpy(&bits, &narrow, sizeof bits);
    const auto bfloat16 = static_cast<std::uint16_t>(bits >> 16);
    // The exponent is moved to the other bias; what is below the smallest normal number of half does not come up.
    const std::uint32_t exponent = std::max<std::uint32_t>(bits >> 23 & 0xff, 113) - 112;
    const auto half = static_cast<std::uint16_t>((bits >> 31) << 15 | exponent << 10 | (bits >> 13 & 0x3ff));
    const void* const values[] = {&narrow, &wide, &bfloat16, &half};
    std::memcpy(operand.at(i), values[element], torchactiv::element_size[element]);
  }
}

std::vector<double> defaults(const accuracy::Operator& op) {
  std::vector<double> result;
  for (const auto& values : op.arguments) result.push_back(values[0]);
  return result;
}

// As `rows` rows, which follow each other where the elements of a row do.
void run(const torchactiv::MapKernel& kernel, std::vector<Operand>& operands, std::int64_t n, std::int64_t rows,
         const std::vector<double>& arguments) {
  std::vector<char*> pointers;
  std::vector<std::int64_t> strides;
  for (Operand& operand : operands) {
    pointers.push_back(operand.begin());
    strides.push_back(operand.stride());
  }
  for (const Operand& operand : operands) strides.push_back(operand.stride() * (n / rows));
  kernel(pointers.data(), strides.data(), n / rows, rows, arguments.data());
}

// Against the contiguous kernel; what lies between and behind the outputs must keep its bytes.
void compare(const torchactiv::MapKernel& kernel, const Direction& direction, std::size_t element,
             std::int64_t output_step, std::int64_t input_step, std::int64_t n, const std::vector<double>& arguments) {
  const std::size_t size = torchactiv::element_size[element];
  std::mt19937 generator(17);
  std::vector<Operand> strided, contiguous;
  for (std::size_t i = 0; i < direction.outputs + direction.inputs; ++i) {
    const bool output = i < direction.outputs;
    // Every other input has half the step, so that steps differ.
    strided.emplace_back(size, output ? output_step : i % 2 ? input_step : input_step / 2);
    contiguous.emplace_back(size, 1);
    if (output) continue;
    fill(strided.back(), element, n, generator);
    for (std::int64_t j = 0; j < n; ++j) std::memcpy(contiguous.back().at(j), strided.back().at(j), size);
  }
  run(kernel, strided, n, n % 3 == 0 && n > 0 ? 3 : 1, arguments);
  run(kernel, contiguous, n, 1, arguments);

  for (std::size_t i = 0; i < direction.outputs; ++i) {
    Operand expected(size, output_step);
    for (std::int64_t j = 0; j < n; ++j) std::memcpy(expected.at(j), contiguous[i].at(j), size);
    EXPECT_EQ(strided[i].bytes(), expected.bytes()) << "output " << i;
  }
}

class Strides : public ::testing::TestWithParam<int> {};

TEST_P(Strides, GiveTheResultsOfContiguousOperands) {
  const auto capability = accuracy::capabilities()[static_cast<std::size_t>(GetParam())];
  if (!capability.available) GTEST_SKIP() << "this CPU has no " << capability.name;
  constexpr std::pair<std::int64_t, std::int64_t> steps[] = {{1, 1},  {1, 0},   {1, 2}, {2, 1},
                                                             {3, -2}, {-1, -1}, {-2, 5}};
  for (const accuracy::Operator& op : accuracy::operators())
    for (const Direction& direction : directions(op))
      for (std::size_t element = 0; element < torchactiv::element_count; ++element)
        for (const auto& [output_step, input_step] : steps)
          for (std::int64_t n = 0; n <= longest; n = n < 36 ? n + 1 : n + 17) {
            SCOPED_TRACE(std::string(op.reference->name) + ", " + direction.name + ", element " +
                         std::to_string(element) + ", steps " + std::to_string(output_step) + " and " +
                         std::to_string(input_step) + ", n = " + std::to_string(n));
            const auto& kernels = *op.kernels[static_cast<std::size_t>(GetParam())].*direction.kernels;
            compare(op.bound(kernels[element]), direction, element, output_step, input_step, n, defaults(op));
            if (HasFailure()) return;
          }
}

INSTANTIATE_TEST_SUITE_P(, Strides, ::testing::Range(0, accuracy::capability_count),
                         [](const auto& info) { return accuracy::capabilities()[info.param].name; });

}  // namespace
