// The same bits on any number of threads, in sums as well.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

class Threads : public EveryOperator {
 protected:
  void TearDown() override { at::set_num_threads(before_); }

  // Forward, backward and double backward.
  Tensors everything(const Tensors& inputs) const {
    Tensors results{op().forward(inputs)};
    const Tensors saved = op().saved(inputs);
    const at::Tensor gradient = sample(inputs[0].sizes(), inputs[0].scalar_type(), 7);
    for (const at::Tensor& tensor : op().backward(gradient, saved)) results.push_back(tensor);
    for (const at::Tensor& tensor : op().double_backward(saved, gradient, saved)) results.push_back(tensor);
    return results;
  }

  void expect_same_bits(const Tensors& inputs) const {
    at::set_num_threads(1);
    const Tensors expected = everything(inputs);
    at::set_num_threads(2);
    const Tensors results = everything(inputs);
    for (std::size_t i = 0; i < results.size(); ++i) EXPECT_TRUE(same_bits(results[i], expected[i])) << "result " << i;
  }

 private:
  const int before_ = at::get_num_threads();
};

TEST_P(Threads, LongRow) {
  for (const at::ScalarType type : dtypes) expect_same_bits(sample_inputs(op(), {300007}, type));
}

TEST_P(Threads, Strided) {
  Tensors inputs = sample_inputs(op(), {601, 503}, at::kFloat);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!op().is_parameter(i)) inputs[i] = inputs[i].slice(1, 0, 503, 2);
  expect_same_bits(inputs);
}

// The shapes that take each way through the sums of the parameters' gradients.
TEST_P(Threads, ParameterPerChannel) {
  if (!op().has_parameters()) GTEST_SKIP() << op().name << " has no parameters";
  const std::vector<std::int64_t> shapes[] = {{4, 5, 5003}, {1031, 67}, {11, 8, 17, 33}, {3, 2500}, {20011, 3}};
  for (const auto& shape : shapes)
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      SCOPED_TRACE(::testing::PrintToString(shape) + at::toString(type));
      expect_same_bits(sample_inputs(op(), shape, type, {shape[1]}));
      expect_same_bits(sample_inputs(op(), shape, type));
    }
}

FOR_EACH_KIND(Threads);

}  // namespace
}  // namespace torchactiv_test
