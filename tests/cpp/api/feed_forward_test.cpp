// The gated feed-forward blocks: what they compute, the names of their layers, copies, files and descriptions.
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <torchactiv/feed_forward.h>

#include <sstream>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

using namespace torchactiv::nn;
using Activation = at::Tensor (*)(const at::Tensor&);

GatedFeedForwardOptions options(bool packed) { return GatedFeedForwardOptions(4, 6).out_features(3).packed(packed); }

// With weights of its own, as a model that is loaded has.
template <class Block>
Block filled(Block block) {
  const torch::NoGradGuard no_grad;
  for (at::Tensor parameter : block->parameters()) parameter.copy_(sample(parameter.sizes(), at::kFloat, 3));
  return block;
}

template <class Block>
void expect_block(const char* name, Activation activation) {
  for (const bool packed : {false, true}) {
    Block block = filled(Block(options(packed).bias(true)));
    const at::Tensor x = sample({2, 5, 4}, at::kFloat, 1);
    at::Tensor gate, up;
    if (packed) {
      const auto halves = block->gate_up_proj(x).chunk(2, -1);
      gate = halves[0], up = halves[1];
    } else {
      gate = block->gate_proj(x), up = block->up_proj(x);
    }
    const at::Tensor result = block->forward(x);
    EXPECT_TRUE(near(result, block->down_proj(activation(gate) * up), 1e-5, 1e-5)) << name;
    EXPECT_EQ(result.sizes(), (std::vector<int64_t>{2, 5, 3}));
    EXPECT_EQ(block->name(), "torchactiv::nn::" + std::string(name) + "Impl");
  }
}

TEST(FeedForward, IsTheFormula) {
  expect_block<GatedFeedForward>("GatedFeedForward", [](const at::Tensor& x) { return at::silu(x); });
  expect_block<SwiGLU>("SwiGLU", [](const at::Tensor& x) { return at::silu(x); });
  expect_block<GEGLU>("GEGLU", [](const at::Tensor& x) { return at::gelu(x); });
  expect_block<ReGLU>("ReGLU", [](const at::Tensor& x) { return at::relu(x); });
  expect_block<MishGLU>("MishGLU", [](const at::Tensor& x) { return at::mish(x); });
  expect_block<BilinearGLU>("BilinearGLU", [](const at::Tensor& x) { return x; });
}

TEST(FeedForward, OfAnyActivation) {
  GatedFeedForward block = filled(GatedFeedForward(options(true).activation("hardswish")));
  const at::Tensor x = sample({2, 4}, at::kFloat, 1);
  const auto halves = block->gate_up_proj(x).chunk(2, -1);
  EXPECT_TRUE(near(block->forward(x), block->down_proj(at::hardswish(halves[0]) * halves[1]), 1e-5, 1e-5));
  EXPECT_THROW(GatedFeedForward(options(false).activation("none"))->forward(x), c10::Error);
}

TEST(FeedForward, HasTheLayersOfLlama) {
  const auto names = [](const SwiGLU& block) {
    std::vector<std::string> all;
    for (const auto& parameter : block->named_parameters()) all.push_back(parameter.key());
    return all;
  };
  EXPECT_EQ(names(SwiGLU(GatedFeedForwardOptions(4, 6))),
            (std::vector<std::string>{"gate_proj.weight", "up_proj.weight", "down_proj.weight"}));
  EXPECT_EQ(names(SwiGLU(options(true))), (std::vector<std::string>{"gate_up_proj.weight", "down_proj.weight"}));
  EXPECT_EQ(SwiGLU(4, 6)->down_proj->weight.sizes(), (std::vector<int64_t>{4, 6}));
  EXPECT_EQ(GEGLU(4, 6)->options.activation(), "gelu_erf");
  EXPECT_EQ(GatedFeedForward(4, 6)->options.activation(), "silu");
}

TEST(FeedForward, IsClonedAndSaved) {
  SwiGLU block = filled(SwiGLU(options(true))), loaded(options(true));
  const at::Tensor x = sample({2, 4}, at::kFloat, 1);
  const auto clone = std::dynamic_pointer_cast<SwiGLUImpl>(block->clone());
  EXPECT_TRUE(same_bits(clone->forward(x), block->forward(x)));
  EXPECT_NE(clone->down_proj->weight.data_ptr(), block->down_proj->weight.data_ptr());
  std::stringstream file;
  torch::save(block, file);
  torch::load(loaded, file);
  EXPECT_TRUE(same_bits(loaded->forward(x), block->forward(x)));
}

TEST(FeedForward, SaysWhatItIs) {
  std::ostringstream text;
  text << *ReGLU(options(true));
  const std::string expected =
      "torchactiv::nn::ReGLU(in_features=4, hidden_features=6, out_features=3, activation=relu, bias=false, "
      "packed=true)(\n  (gate_up_proj): torch::nn::Linear(in_features=4, out_features=12, bias=false)";
  EXPECT_EQ(text.str().substr(0, expected.size()), expected);
}

}  // namespace
}  // namespace torchactiv_test
