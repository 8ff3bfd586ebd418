// Every number of elements around the length of a vector: all are computed, and nothing beside them is written.
#include <ATen/ATen.h>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

constexpr std::int64_t longest = 150;  // more than twice what a kernel computes at a time

Tensors narrow(const Tensors& inputs, const Operator& op, std::int64_t begin, std::int64_t n) {
  Tensors result = inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!op.is_parameter(i)) result[i] = inputs[i].narrow(0, begin, n);
  return result;
}

class Tails : public EveryOperator {};

TEST_P(Tails, Forward) {
  for (const at::ScalarType type : dtypes) {
    const Tensors inputs = sample_inputs(op(), {longest + 3}, type);
    const at::Tensor whole = op().forward(inputs);
    for (std::int64_t n = 1; n <= longest; ++n) {
      SCOPED_TRACE(std::string(at::toString(type)) + ", n = " + std::to_string(n));
      const at::Tensor around = at::full({longest + 6}, 77, at::TensorOptions(type));
      op().forward_out(narrow(inputs, op(), 3, n), around.narrow(0, 1, n));
      EXPECT_TRUE(same_bits(around.narrow(0, 1, n), whole.narrow(0, 3, n)));
      EXPECT_EQ(around[0].item<double>(), 77);
      EXPECT_TRUE(around.narrow(0, 1 + n, longest + 5 - n).eq(77).all().item<bool>());
    }
  }
}

TEST_P(Tails, Gradients) {
  for (const at::ScalarType type : dtypes) {
    const Tensors saved = op().saved(sample_inputs(op(), {longest + 3}, type));
    const at::Tensor gradient = sample({longest + 3}, type, 7);
    const at::Tensor whole = op().backward(gradient, saved)[0];
    const Tensors whole_second = op().double_backward(saved, gradient, saved);
    for (std::int64_t n = 1; n <= longest; ++n) {
      SCOPED_TRACE(std::string(at::toString(type)) + ", n = " + std::to_string(n));
      const Tensors part = narrow(saved, op(), 3, n);
      const at::Tensor part_gradient = gradient.narrow(0, 3, n);
      EXPECT_TRUE(same_bits(op().backward(part_gradient, part)[0], whole.narrow(0, 3, n)));
      const Tensors second = op().double_backward(part, part_gradient, part);
      EXPECT_TRUE(same_bits(second[0], whole_second[0].narrow(0, 3, n)));
      EXPECT_TRUE(same_bits(second[1], whole_second[1].narrow(0, 3, n)));
    }
  }
}

FOR_EVERY_OPERATOR(Tails);

}  // namespace
}  // namespace torchactiv_test
