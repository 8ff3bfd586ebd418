// The four dtypes against double, promotion, and what is refused.
#include <ATen/ATen.h>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

// The rounding of a result to a dtype, with a margin for the error before it.
double rounding(at::ScalarType type) {
  switch (type) {
    case at::kDouble:
      return 0x1p-48;
    case at::kFloat:
      return 3 * 0x1p-23;
    case at::kHalf:
      return 0x1.01p-11;
    default:
      return 0x1.01p-8;
  }
}

Tensors cast(const Tensors& tensors, at::ScalarType type) {
  Tensors result;
  for (const at::Tensor& tensor : tensors) result.push_back(tensor.to(type));
  return result;
}

class Dtypes : public EveryOperator {
 protected:
  Tensors inputs_of(at::ScalarType type) const { return sample_inputs(op(), {5, 401}, type); }
};

TEST_P(Dtypes, ResultHasTheDtypeOfTheInputs) {
  for (const at::ScalarType type : dtypes) {
    const Tensors inputs = inputs_of(type);
    const at::Tensor result = op().forward(inputs);
    EXPECT_EQ(result.scalar_type(), type);
    const Tensors saved = op().saved(inputs);
    for (const at::Tensor& gradient : op().backward(result, saved)) EXPECT_EQ(gradient.scalar_type(), type);
    for (const at::Tensor& gradient : op().double_backward(saved, result, saved))
      EXPECT_EQ(gradient.scalar_type(), type);
  }
}

TEST_P(Dtypes, AgreeWithDouble) {
  for (const at::ScalarType type : dtypes) {
    SCOPED_TRACE(at::toString(type));
    const double relative = rounding(type), absolute = type == at::kDouble ? 1e-15 : 0x1p-24;
    const Tensors inputs = inputs_of(type), exact = cast(inputs, at::kDouble);
    EXPECT_TRUE(near(op().forward(inputs), op().forward(exact), relative, absolute));

    const Tensors saved = op().saved(inputs), exact_saved = cast(saved, at::kDouble);
    const at::Tensor gradient = sample({5, 401}, type, 7);
    const Tensors results = op().backward(gradient, saved);
    const Tensors expected = op().backward(gradient.to(at::kDouble), exact_saved);
    for (std::size_t i = 0; i < results.size(); ++i)
      EXPECT_TRUE(near(results[i], expected[i], relative, op().is_parameter(i) ? 1e-3 : 8 * absolute)) << i;

    const Tensors second = op().double_backward(saved, gradient, saved);
    const Tensors expected_second = op().double_backward(exact_saved, gradient.to(at::kDouble), exact_saved);
    for (std::size_t i = 0; i < second.size(); ++i)
      EXPECT_TRUE(near(second[i], expected_second[i], 2 * relative, second[i].numel() == 1 ? 1e-3 : 64 * absolute))
          << i;
  }
}

// The composition of ATen's functions that other devices use, from the same header.
TEST_P(Dtypes, AgreeWithTheComposition) {
  const auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(("torchactiv::" + op().name).c_str(), "");
  for (const at::ScalarType type : dtypes) {
    SCOPED_TRACE(at::toString(type));
    const Tensors inputs = inputs_of(type);
    torch::jit::Stack stack(inputs.begin(), inputs.end());
    for (const torchactiv::Argument& argument : op().arguments) stack.emplace_back(argument.default_value);
    handle.callBoxedForDispatchKey(c10::DispatchKey::CompositeExplicitAutograd, stack);
    EXPECT_TRUE(near(op().forward(inputs), stack[0].toTensor(), 2 * rounding(type), 0x1p-24));
  }
}

TEST_P(Dtypes, DataIsPromoted) {
  if (op().data_count() < 2 || op().has_parameters()) GTEST_SKIP() << op().name << " has no two inputs to promote";
  const std::pair<at::ScalarType, at::ScalarType> pairs[] = {
      {at::kFloat, at::kDouble}, {at::kBFloat16, at::kFloat}, {at::kHalf, at::kBFloat16}};
  for (const auto& [first, other] : pairs) {
    Tensors inputs = inputs_of(other);
    inputs[0] = inputs[0].to(first);
    const at::ScalarType common = at::promote_types(first, other);
    EXPECT_TRUE(same_bits(op().forward(inputs), op().forward(cast(inputs, common))));
    const at::Tensor gradient = sample(inputs[0].sizes(), common, 7);
    const Tensors results = op().backward(gradient, inputs);
    for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].scalar_type(), inputs[i].scalar_type());
  }
}

TEST_P(Dtypes, OthersAreRefused) {
  for (const at::ScalarType type : {at::kInt, at::kBool, at::kComplexFloat}) {
    Tensors inputs = inputs_of(at::kFloat);
    inputs[0] = inputs[0].to(type);
    const at::Tensor before = inputs[0].clone();
    EXPECT_THROW(op().forward(inputs), c10::NotImplementedError) << type;
    if (op().in_place) {
      EXPECT_THROW(op().forward_in_place(inputs[0]), c10::NotImplementedError) << type;
    }
    EXPECT_TRUE(inputs[0].equal(before));
  }
}

TEST_P(Dtypes, ParametersHaveTheDtypeOfTheData) {
  if (!op().has_parameters()) GTEST_SKIP() << op().name << " has no parameters";
  Tensors inputs = inputs_of(at::kFloat);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (op().is_parameter(i)) inputs[i] = inputs[i].to(at::kDouble);
  EXPECT_THROW(op().forward(inputs), c10::Error);
}

TEST_P(Dtypes, OutOfAnotherDtypeIsRefusedAndNotWritten) {
  const Tensors inputs = inputs_of(at::kFloat);
  for (const at::ScalarType type : {at::kDouble, at::kHalf, at::kInt}) {
    const at::Tensor out = at::full(inputs[0].sizes(), 77, at::TensorOptions(type));
    EXPECT_THROW(op().forward_out(inputs, out), c10::Error);
    EXPECT_TRUE(out.eq(77).all().item<bool>());
  }
}

// Whatever the bits below its exponent are.
TEST_P(Dtypes, NaNStays) {
  for (const at::ScalarType type : dtypes)
    for (const int kind : {0, 1, 2}) {
      const Tensors inputs = inputs_of(type);
      inputs[0].fill_(std::numeric_limits<double>::infinity());
      const at::Tensor bits = inputs[0].view(bits_of(type));
      if (kind == 0) inputs[0].fill_(std::numeric_limits<double>::quiet_NaN());
      if (kind == 1) bits.fill_(-1);
      if (kind == 2) bits.add_(1);
      ASSERT_TRUE(inputs[0].isnan().all().item<bool>());
      EXPECT_TRUE(op().forward(inputs).isnan().all().item<bool>()) << type << ", kind " << kind;
      const Tensors gradients = op().backward(at::ones_like(inputs[0]), op().saved(inputs));
      EXPECT_TRUE(gradients[0].isnan().all().item<bool>()) << type << ", kind " << kind;
    }
}

FOR_EVERY_OPERATOR(Dtypes);

}  // namespace
}  // namespace torchactiv_test
