// The node that autograd keeps for an operator: what it holds, for how long, and what it does when it is called.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

// Results of other operators, which do require grad: not leaves, whose gradients would be accumulated.
struct Graph {
  explicit Graph(const Operator& op, at::ScalarType type = at::kDouble) {
    for (const at::Tensor& input : sample_inputs(op, {4, 5}, type)) {
      leaves.push_back(input.clone().requires_grad_());
      inputs.push_back(leaves.back() * 1);
    }
    result = op.forward(inputs);
  }
  const at::Tensor& saved(const Operator& op) const { return op.saves_output ? result : inputs[0]; }

  Tensors leaves, inputs;
  at::Tensor result;
};

class DerivativeNode : public EveryOperator {};

TEST_P(DerivativeNode, HasAName) {
  const Graph graph(op());
  EXPECT_EQ(graph.result.grad_fn()->name(), "torchactiv::" + op().name + "_backward");
  const Tensors first = torch::autograd::grad({graph.result.sum()}, {graph.inputs[0]}, {}, true, true);
  const auto second = first[0].grad_fn();
  EXPECT_EQ(second->name(), "torchactiv::" + op().name + "_double_backward");
  const auto third = torch::autograd::grad({first[0].sum()}, {graph.saved(op())}, {}, true, true)[0].grad_fn();
  EXPECT_EQ(third->name(), "torchactiv::" + op().name + "_triple_backward");
}

TEST_P(DerivativeNode, LeadsToItsInputs) {
  const Graph graph(op());
  const auto node = graph.result.grad_fn();
  ASSERT_EQ(node->num_outputs(), op().inputs.size());
  for (std::size_t i = 0; i < op().inputs.size(); ++i)
    EXPECT_EQ(node->next_edge(i).function.get(), graph.inputs[i].grad_fn().get());
}

TEST_P(DerivativeNode, IsMadeOnlyWhereGradientsAreWanted) {
  const Tensors inputs = sample_inputs(op(), {4, 5});
  EXPECT_FALSE(op().forward(inputs).requires_grad());
  inputs[0].requires_grad_();
  EXPECT_TRUE(op().forward(inputs).requires_grad());
  {
    const at::NoGradGuard no_grad;
    EXPECT_FALSE(op().forward(inputs).requires_grad());
  }
  const c10::InferenceMode inference;
  const at::Tensor result = op().forward(inputs);
  EXPECT_TRUE(result.is_inference());
}

TEST_P(DerivativeNode, SkipsInputsWithoutGradient) {
  for (std::size_t only = 0; only < op().inputs.size(); ++only) {
    const Tensors inputs = sample_inputs(op(), {4, 5});
    inputs[only].requires_grad_();
    op().forward(inputs).sum().backward();
    const Tensors expected = op().backward(at::ones({4, 5}, at::kDouble), op().saved(inputs));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      ASSERT_EQ(inputs[i].grad().defined(), i == only);
    }
    EXPECT_TRUE(same_bits(inputs[only].grad(), expected[only]));
  }
}

TEST_P(DerivativeNode, ReleasesWhatItSaved) {
  Graph graph(op());
  // An input is held as it is, the result by a tensor that shares its storage.
  const auto users = [&] { return graph.saved(op()).use_count() + graph.saved(op()).storage().use_count(); };
  const auto during = users();
  graph.result.sum().backward();
  EXPECT_LT(users(), during);
  try {
    graph.result.sum().backward();
    ADD_FAILURE() << "a second backward should have thrown";
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("Trying to backward through the graph a second time"), std::string::npos)
        << error.what();
  }
}

TEST_P(DerivativeNode, KeepsWhatItSavedForRetainGraph) {
  const Graph graph(op());
  const at::Tensor sum = graph.result.sum();
  sum.backward({}, true);
  const at::Tensor once = graph.leaves[0].grad().clone();
  sum.backward();
  EXPECT_TRUE(same_bits(graph.leaves[0].grad(), once + once));
}

TEST_P(DerivativeNode, DoesNotKeepItselfAlive) {
  Graph graph(op());
  const c10::weak_intrusive_ptr<torch::autograd::Node> node(graph.result.grad_fn());
  const at::Tensor input = graph.inputs[0];
  EXPECT_FALSE(node.expired());
  graph.result.reset();
  EXPECT_TRUE(node.expired());
}

TEST_P(DerivativeNode, DetectsThatASavedTensorWasModified) {
  const Graph graph(op());
  graph.saved(op()).detach().mul_(2);
  try {
    graph.result.sum().backward();
    ADD_FAILURE() << "backward should have thrown";
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("modified by an inplace operation"), std::string::npos) << error.what();
  }
}

TEST_P(DerivativeNode, DoesNotMindThatOtherTensorsAreModified) {
  if (op().saves_output) GTEST_SKIP() << op().name << " saves its result";
  const Graph expected(op()), graph(op());
  (expected.result * 2).sum().backward();
  graph.result.mul_(2).sum().backward();
  EXPECT_TRUE(same_bits(graph.leaves[0].grad(), expected.leaves[0].grad()));
}

TEST_P(DerivativeNode, MakesNoGradientOfNone) {
  const Graph graph(op());
  const auto results = (*graph.result.grad_fn())({at::Tensor()});
  ASSERT_EQ(results.size(), op().inputs.size());
  for (const at::Tensor& result : results) EXPECT_FALSE(result.defined());
}

// backward has a result for each input; where only one of them is used, the others' gradients are undefined.
TEST_P(DerivativeNode, TakesUndefinedGradientsForZeros) {
  const Graph graph(op());
  const Tensors first = torch::autograd::grad({graph.result.sum()}, graph.inputs, {}, true, true);
  for (std::size_t used = 0; used < first.size(); ++used) {
    if (!first[used].requires_grad()) continue;
    const Tensors alone = torch::autograd::grad({first[used].sum()}, graph.inputs, {}, true, false, true);
    at::Tensor all = first[used].sum();
    for (const at::Tensor& other : first) all = all + 0 * other.sum();
    const Tensors together = torch::autograd::grad({all}, graph.inputs, {}, true, false, true);
    for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_TRUE(near(alone[i], together[i], 1e-13, 1e-13));
  }
}

TEST_P(DerivativeNode, CallsHooks) {
  const Graph expected(op()), graph(op());
  expected.result.sum().backward();

  int calls = 0;
  graph.result.register_hook([](const at::Tensor& gradient) { return gradient * 2; });
  graph.inputs[0].register_hook([&](const at::Tensor& gradient) {
    ++calls;
    return gradient * 4;
  });
  graph.result.sum().backward();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(same_bits(graph.leaves[0].grad(), expected.leaves[0].grad() * 8));
}

struct Triple : torch::autograd::Function<Triple> {
  static at::Tensor forward(torch::autograd::AutogradContext*, const at::Tensor& x) { return 3 * x; }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list gradients) {
    return {3 * gradients[0]};
  }
};

// op(3 op(x)) in both writings.
TEST_P(DerivativeNode, WorksAroundACustomFunction) {
  Tensors leaves[2];
  for (const bool custom : {false, true}) {
    Tensors inputs = sample_inputs(op(), {4, 5});
    for (const at::Tensor& input : inputs) input.requires_grad_();
    leaves[custom] = inputs;
    const at::Tensor inner = op().forward(inputs);
    inputs[0] = custom ? Triple::apply(inner) : 3 * inner;
    op().forward(inputs).sum().backward();
  }
  for (std::size_t i = 0; i < leaves[0].size(); ++i) EXPECT_TRUE(same_bits(leaves[0][i].grad(), leaves[1][i].grad()));
}

FOR_EVERY_OPERATOR(DerivativeNode);

}  // namespace
}  // namespace torchactiv_test
