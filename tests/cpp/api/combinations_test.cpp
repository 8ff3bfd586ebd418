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
  expect_same([](const Tensors& t) { return torchactiv::gated(t[0], t[1], "mish", {}, t[2], t[3], 1); },
              [](const Tensors& t) { return at::mish(t[0] + along(t[2])) * (t[1] + along(t[3])); },
              data_and_channels(2, 2));
  expect_same([](const Tensors& t) { return torchactiv::gated(t[0], t[1], "tanh", {}, std::nullopt, t[2], 1); },
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
  expect_same([](const Tensors& t) { return torchactiv::bias_act(t[0], t[1], "gelu", 1); },
              [](const Tensors& t) { return at::gelu(t[0] + along(t[1])); }, data_and_channels(1, 1));
}

TEST(Combinations, Taaf) {
  expect_same(
      [](const Tensors& t) { return torchactiv::taaf(t[0], t[1], t[2], t[3], t[4], "sigmoid"); },
      [](const Tensors& t) { return along(t[1]) * at::sigmoid(along(t[2]) * t[0] + along(t[3])) + along(t[4]); },
      data_and_channels(1, 4));
}

// What has one dimension along any of the input's, by default as in Python.
TEST(Combinations, Dim) {
  const Tensors inputs{sample({2, 4, 3}, at::kDouble, 0), sample({2, 4, 3}, at::kDouble, 1)};
  const std::vector<std::vector<std::int64_t>> shapes{{2, 1, 1}, {4, 1}, {3}};
  for (const std::int64_t dim : {0, 1, 2, -1}) {
    const auto& shape = shapes[dim < 0 ? 2 : dim];
    const at::Tensor a = sample({shape[0]}, at::kDouble, 2), b = sample({shape[0]}, at::kDouble, 3);
    const at::Tensor laid_a = a.view(shape), laid_b = b.view(shape);
    const auto expect = [&](const at::Tensor& result, const at::Tensor& expected) {
      EXPECT_TRUE(near(result, expected, 1e-12, 1e-12)) << "along " << dim;
    };
    const at::Tensor biased = at::gelu(inputs[0] + laid_a);
    expect(torchactiv::bias_act(inputs[0], a, "gelu", dim), biased);
    if (dim < 0) expect(torchactiv::bias_act(inputs[0], a), biased);
    const at::Tensor gated = at::silu(inputs[0] + laid_a) * (inputs[1] + laid_b);
    expect(torchactiv::gated(inputs[0], inputs[1], "silu", {}, a, b, dim), gated);
    if (dim < 0) expect(torchactiv::gated(inputs[0], inputs[1], "silu", {}, a, b), gated);
    expect(torchactiv::taaf(inputs[0], a, b, a, b, "tanh", dim),
           laid_a * at::tanh(laid_b * inputs[0] + laid_a) + laid_b);
    for (const bool gate_first : {true, false}) {
      const at::Tensor packed = at::cat({inputs[gate_first ? 0 : 1], inputs[gate_first ? 1 : 0]}, dim);
      const at::Tensor bias = gate_first ? at::cat({a, b}) : at::cat({b, a});
      expect(torchactiv::gated_packed(packed, "silu", dim, gate_first, {}, bias), gated);
    }
    EXPECT_THROW(torchactiv::bias_act(inputs[0], at::ones({5}, at::kDouble), "gelu", dim), c10::Error);
    EXPECT_THROW(torchactiv::gated(inputs[0], inputs[1], "silu", {}, at::ones({5}, at::kDouble), {}, dim), c10::Error);
  }
  EXPECT_THROW(torchactiv::bias_act(inputs[0], at::ones({3}, at::kDouble), "gelu", 3), c10::Error);
  EXPECT_THROW(torchactiv::gated_packed(inputs[0], "silu", 1, true, {}, at::ones({3}, at::kDouble)), c10::Error);
  EXPECT_THROW(torchactiv::gated_packed(inputs[0], "silu", -1, true, {}, at::ones({3}, at::kDouble)), c10::Error);
}

// A bias lies along the dimension of the tensor that it belongs to, also where the other has more of them.
TEST(Combinations, DimOfTensorsThatBroadcast) {
  const at::Tensor gate = sample({4, 3}, at::kDouble, 0), up = sample({5, 1, 3}, at::kDouble, 1);
  const at::Tensor gate_bias = sample({4}, at::kDouble, 2), up_bias = sample({5}, at::kDouble, 3);
  EXPECT_TRUE(near(torchactiv::gated(gate, up, "relu", {}, gate_bias, up_bias, 0),
                   at::relu(gate + gate_bias.view({4, 1})) * (up + up_bias.view({5, 1, 1})), 1e-12, 1e-12));
}

}  // namespace
}  // namespace torchactiv_test
