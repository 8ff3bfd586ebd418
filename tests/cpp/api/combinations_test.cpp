// The functions of combinations against the formulas written out, with their gradients.
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <torchactiv/combinations.h>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

using Function = std::function<at::Tensor(const Tensors&)>;

// Value and gradients are those of `theirs`.
void expect_same(const Function& mine, const Function& theirs, Tensors inputs) {
  for (at::Tensor& input : inputs) input.requires_grad_();
  const at::Tensor results[] = {mine(inputs), theirs(inputs)};
  EXPECT_TRUE(near(results[0], results[1], 1e-12, 1e-12));
  const auto mine_gradients = torch::autograd::grad({results[0].sin().sum()}, inputs);
  const auto their_gradients = torch::autograd::grad({results[1].sin().sum()}, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_TRUE(near(mine_gradients[i], their_gradients[i], 1e-11, 1e-11)) << i;
}

Tensors data_and_channels(std::size_t data, std::size_t channels) {
  Tensors all;
  for (std::size_t i = 0; i < data; ++i) all.push_back(sample({3, 4, 70}, at::kDouble, i));
  for (std::size_t i = 0; i < channels; ++i) all.push_back(sample({4}, at::kDouble, 9 + i));
  return all;
}

at::Tensor along(const at::Tensor& parameter) { return parameter.view({4, 1}); }

TEST(Combinations, Gated) {
  expect_same([](const Tensors& t) { return torchactiv::gated(t[0], t[1]); },
              [](const Tensors& t) { return at::silu(t[0]) * t[1]; }, data_and_channels(2, 0));
  expect_same([](const Tensors& t) { return torchactiv::gated(t[0], t[1], "leaky_relu", {0.2}); },
              [](const Tensors& t) { return at::leaky_relu(t[0], 0.2) * t[1]; }, data_and_channels(2, 0));
}

TEST(Combinations, GatedWithBiases) {
  expect_same([](const Tensors& t) { return torchactiv::gated(t[0], t[1], "mish", {}, t[2], t[3]); },
              [](const Tensors& t) { return at::mish(t[0] + along(t[2])) * (t[1] + along(t[3])); },
              data_and_channels(2, 2));
  expect_same([](const Tensors& t) { return torchactiv::gated(t[0], t[1], "tanh", {}, std::nullopt, t[2]); },
              [](const Tensors& t) { return at::tanh(t[0]) * (t[1] + along(t[2])); }, data_and_channels(2, 1));
  expect_same([](const Tensors& t) { return torchactiv::gated(t[0], t[1], "tanh", {}, at::Tensor(), at::Tensor()); },
              [](const Tensors& t) { return at::tanh(t[0]) * t[1]; }, data_and_channels(2, 0));
}

TEST(Combinations, GatedPacked) {
  for (const bool gate_first : {true, false})
    expect_same([&](const Tensors& t) { return torchactiv::gated_packed(t[0], "relu", -1, gate_first); },
                [&](const Tensors& t) {
                  const auto halves = t[0].chunk(2, -1);
                  return at::relu(halves[gate_first ? 0 : 1]) * halves[gate_first ? 1 : 0];
                },
                data_and_channels(1, 0));
  EXPECT_THROW(torchactiv::gated_packed(at::ones({2, 3})), c10::Error);
}

TEST(Combinations, BiasAct) {
  expect_same([](const Tensors& t) { return torchactiv::bias_act(t[0], t[1]); },
              [](const Tensors& t) { return at::gelu(t[0] + along(t[1])); }, data_and_channels(1, 1));
}

TEST(Combinations, Taaf) {
  expect_same(
      [](const Tensors& t) { return torchactiv::taaf(t[0], t[1], t[2], t[3], t[4], "sigmoid"); },
      [](const Tensors& t) { return along(t[1]) * at::sigmoid(along(t[2]) * t[0] + along(t[3])) + along(t[4]); },
      data_and_channels(1, 4));
}

}  // namespace
}  // namespace torchactiv_test
