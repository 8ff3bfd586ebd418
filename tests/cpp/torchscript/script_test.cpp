// TorchScript without Python: compiled from source, run, differentiated, saved, loaded and frozen.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include <cstdio>
#include <sstream>

#include "tests/cpp/operators.h"
#include "tests/cpp/torchscript/resolver.h"

namespace torchactiv_test {
namespace {

class Script : public EveryOperator {
 protected:
  // A module that owns the operator's parameters and takes its data; `body` calculates y from them.
  torch::jit::Module module(const std::string& body) const {
    torch::jit::Module result("Network");
    std::string arguments = "self";
    for (std::size_t i = 0; i < op().inputs.size(); ++i)
      if (op().is_parameter(i))
        result.register_parameter(std::string(op().inputs[i].name), inputs()[i].requires_grad_(), false);
      else
        arguments += ", " + std::string(op().inputs[i].name) + ": Tensor";
    result.define("def forward(" + arguments + ") -> Tensor:\n" + body + "  return y\n", std::make_shared<Resolver>());
    return result;
  }

  std::string arguments() const {
    std::string result;
    for (const torchactiv::Argument& argument : op().arguments)
      result += ", " + std::string(argument.name) + "=" + std::to_string(argument.default_value);
    return result;
  }

  // The operator, called in a script.
  std::string call(const std::string& suffix = "") const {
    std::string result;
    for (std::size_t i = 0; i < op().inputs.size(); ++i)
      result +=
          (i > 0 ? ", " : "") + std::string(op().is_parameter(i) ? "self." : "") + std::string(op().inputs[i].name);
    return "torchactiv." + op().name + suffix + "(" + result + (op().has_defaults ? "" : arguments()) + ")";
  }

  Tensors inputs() const { return sample_inputs(op(), {3, 4}, at::kFloat); }

  std::vector<c10::IValue> data(bool requires_grad = false) const {
    std::vector<c10::IValue> result;
    const Tensors inputs = this->inputs();
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (!op().is_parameter(i)) result.emplace_back(inputs[i].requires_grad_(requires_grad));
    return result;
  }

  // Some times, since the executor first looks on and then optimises.
  void expect_result(torch::jit::Module& module, const at::Tensor& expected) const {
    for (int run = 0; run < 4; ++run) {
      const c10::InferenceMode inference;
      EXPECT_TRUE(same_bits(module.forward(data()).toTensor(), expected)) << "run " << run;
    }
  }

  torch::jit::Module through_a_stream(const torch::jit::Module& module) const {
    std::stringstream stream;
    module.save(stream);
    return torch::jit::load(stream);
  }
};

TEST_P(Script, Runs) {
  torch::jit::Module script = module("  y = " + call() + "\n");
  expect_result(script, op().forward(inputs()));
}

TEST_P(Script, TakesArgumentsByName) {
  std::string expression = call();
  if (op().has_defaults) expression.insert(expression.size() - 1, arguments());
  torch::jit::Module script = module("  y = " + expression + "\n");
  expect_result(script, op().forward(inputs()));
}

TEST_P(Script, RunsBackward) {
  torch::jit::Module script = module("  y = " + call() + " * 3\n");
  const Tensors expected = op().backward(at::full({3, 4}, 3.0F), op().saved(inputs()));
  for (int run = 0; run < 4; ++run) {
    const auto data = this->data(true);
    for (at::Tensor parameter : script.parameters()) parameter.mutable_grad().reset();
    script.forward(data).toTensor().sum().backward();
    std::size_t next = 0;
    for (std::size_t i = 0; i < op().inputs.size(); ++i) {
      const at::Tensor gradient = op().is_parameter(i) ? script.attr(std::string(op().inputs[i].name)).toTensor().grad()
                                                       : data[next++].toTensor().grad();
      EXPECT_TRUE(same_bits(gradient, expected[i])) << "input " << i << ", run " << run;
    }
  }
}

TEST_P(Script, IsSavedAndLoaded) {
  const torch::jit::Module script = module("  y = " + call() + "\n");
  torch::jit::Module loaded = through_a_stream(script);
  expect_result(loaded, op().forward(inputs()));
  torch::jit::Module again = through_a_stream(loaded);
  expect_result(again, op().forward(inputs()));
}

TEST_P(Script, IsLoadedFromAFile) {
  const std::string path = ::testing::TempDir() + "torchactiv_" + op().name + ".pt";
  module("  y = " + call() + "\n").save(path);
  torch::jit::Module loaded = torch::jit::load(path);
  std::remove(path.c_str());
  expect_result(loaded, op().forward(inputs()));
}

TEST_P(Script, IsFrozen) {
  torch::jit::Module script = module("  y = " + call() + " + " + call() + "\n");
  script.eval();
  const at::Tensor once = op().forward(inputs());
  torch::jit::Module frozen = torch::jit::freeze(script);
  EXPECT_EQ(frozen.parameters().size(), 0u);
  expect_result(frozen, once + once);
  torch::jit::Module loaded = through_a_stream(frozen);
  expect_result(loaded, once + once);
  torch::jit::Module optimised = torch::jit::optimize_for_inference(script);
  expect_result(optimised, once + once);
}

// The schema says what is written to, so that no pass drops a call whose result is not used, or moves it.
TEST_P(Script, WorksInPlace) {
  if (!op().in_place) GTEST_SKIP() << op().name << "_ does not exist";
  const std::string x(op().inputs[0].name);
  torch::jit::Module script =
      module("  " + x + " = " + x + " + 1\n  before = " + x + " * 2\n  " + call("_") + "\n  y = before + " + x + "\n");
  script.eval();
  const at::Tensor moved = inputs()[0] + 1;
  const at::Tensor expected = moved * 2 + op().forward({moved});
  expect_result(script, expected);
  torch::jit::Module frozen = torch::jit::freeze(script);
  expect_result(frozen, expected);
}

TEST_P(Script, WritesOut) {
  const std::string x(op().inputs[0].name);
  std::string expression = call();
  expression.insert(expression.size() - 1, ", out=y");
  torch::jit::Module script = module("  y = torch.zeros_like(" + x + ")\n  " + expression + "\n");
  expect_result(script, op().forward(inputs()));
}

FOR_EACH_KIND(Script);

}  // namespace
}  // namespace torchactiv_test
