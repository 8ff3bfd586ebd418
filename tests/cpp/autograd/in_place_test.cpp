// Gradients through <name>_.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <string_view>

#include "csrc/operators/activations.h"
#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

class InPlace : public EveryOperator {
 protected:
  void SetUp() override {
    if (!op().in_place) GTEST_SKIP() << op().name << "_ does not exist";
  }
  at::Tensor leaf() const { return sample({4, 5}).requires_grad_(); }
};

TEST_P(InPlace, HasTheGradientOfTheFunction) {
  const at::Tensor expected = leaf(), x = leaf();
  op().forward({expected * 1}).sum().backward();
  const at::Tensor h = x * 1;
  op().forward_in_place(h);
  EXPECT_EQ(h.grad_fn()->name(), "torchactiv::" + op().name + "_backward");
  h.sum().backward();
  EXPECT_TRUE(same_bits(x.grad(), expected.grad()));
}

bool saves_output_in_place(std::string_view name) {
  bool result = false;
  torchactiv::for_each_activation([&]<class Op>() {
    if (name == Op::card.name) result = Op::saved == torchactiv::Saved::output || Op::partials_of_output;
  });
  return result;
}

TEST_P(InPlace, Twice) {
  const at::Tensor expected = leaf(), x = leaf();
  op().forward({op().forward({expected * 1})}).sum().backward();
  const at::Tensor h = x * 1;
  op().forward_in_place(h);
  op().forward_in_place(h);
  if (saves_output_in_place(op().name)) {  // which the second call overwrites
    EXPECT_THROW(h.sum().backward(), c10::Error);
    return;
  }
  h.sum().backward();
  EXPECT_TRUE(same_bits(x.grad(), expected.grad()));
}

TEST_P(InPlace, OnAView) {
  const at::Tensor expected = leaf(), x = leaf();
  const at::Tensor doubled = expected * 2;
  at::cat({op().forward({doubled.slice(1, 0, 2)}), doubled.slice(1, 2)}, 1).square().sum().backward();
  const at::Tensor h = x * 2;
  op().forward_in_place(h.slice(1, 0, 2));
  h.square().sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), expected.grad()));  // a sum with zero may change the sign of another zero
}

TEST_P(InPlace, TwiceDifferentiable) {
  Tensors results[2];
  for (const bool in_place : {false, true}) {
    const at::Tensor x = leaf();
    at::Tensor h = x * 1;
    h = in_place ? op().forward_in_place(h) : op().forward({h});
    const at::Tensor first = torch::autograd::grad({h.square().sum()}, {x}, {}, true, true)[0];
    results[in_place] = torch::autograd::grad({first.sum()}, {x}, {}, true);
  }
  EXPECT_TRUE(same_bits(results[0][0], results[1][0]));
}

TEST_P(InPlace, LeavesAreRefusedAndNotWritten) {
  const at::Tensor x = leaf(), before = x.detach().clone();
  EXPECT_THROW(op().forward_in_place(x), c10::Error);
  EXPECT_THROW(op().forward_in_place(x.view({-1})), c10::Error);
  EXPECT_TRUE(same_bits(x, before));
}

TEST_P(InPlace, CountsTheVersion) {
  const at::Tensor x = sample({4, 5});
  const auto before = x._version();
  op().forward_in_place(x);
  EXPECT_EQ(x._version(), before + 1);
}

TEST_P(InPlace, IsDetectedByOthersThatSavedTheTensor) {
  const at::Tensor x = leaf();
  const at::Tensor h = x * 1, squared = h.square();
  op().forward_in_place(h);
  EXPECT_THROW(squared.sum().backward(), c10::Error);
}

FOR_EVERY_OPERATOR(InPlace);

class Out : public EveryOperator {};

TEST_P(Out, RefusesGradientsAndCountsTheVersion) {
  const Tensors inputs = sample_inputs(op(), {4, 5});
  const at::Tensor out = at::zeros({4, 5}, at::kDouble);
  const auto before = out._version();
  op().forward_out(inputs, out);
  EXPECT_EQ(out._version(), before + 1);
  inputs[0].requires_grad_();
  const at::Tensor kept = out.clone();
  EXPECT_THROW(op().forward_out(inputs, out), c10::Error);
  EXPECT_TRUE(same_bits(out, kept));
}

FOR_EVERY_OPERATOR(Out);

}  // namespace
}  // namespace torchactiv_test
