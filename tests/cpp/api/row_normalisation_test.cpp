// Normalisations of rows with an activation against torch::nn's and written out.
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <torchactiv/row_normalisation.h>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

namespace nn = torch::nn;

template <class Mine, class Theirs>
void expect_row_norm(Mine mine, Theirs theirs, at::IntArrayRef shape) {
  for (const bool training : {true, true, false}) {
    mine->train(training);
    theirs->train(training);
    const at::Tensor x = sample(shape, at::kFloat, 1).requires_grad_();
    const at::Tensor result = mine->forward(x), expected = at::tanh(theirs->forward(x));
    EXPECT_TRUE(near(result, expected, 1e-5, 1e-5));
    EXPECT_TRUE(near(torch::autograd::grad({result.square().sum()}, {x})[0],
                     torch::autograd::grad({expected.square().sum()}, {x})[0], 1e-4, 1e-4));
  }
  EXPECT_EQ(mine->named_parameters().keys(), theirs->named_parameters().keys());
  for (const auto& buffer : theirs->named_buffers())
    EXPECT_TRUE(near(mine->named_buffers()[buffer.key()], buffer.value(), 1e-5, 1e-5)) << buffer.key();
}

TEST(RowNormAct, AsLibTorchsModules) {
  namespace ours = torchactiv::nn;
  expect_row_norm(ours::LayerNormAct(nn::LayerNormOptions({6}), "tanh"), nn::LayerNorm(nn::LayerNormOptions({6})),
                  {4, 3, 6});
  expect_row_norm(ours::GroupNormAct(nn::GroupNormOptions(2, 6), "tanh"), nn::GroupNorm(nn::GroupNormOptions(2, 6)),
                  {4, 6, 5});
  const nn::InstanceNormOptions plain(3), tracked = nn::InstanceNormOptions(3).track_running_stats(true).affine(true);
  for (const nn::InstanceNormOptions& options : {plain, tracked}) {
    expect_row_norm(ours::InstanceNormAct1d(options, "tanh"), nn::InstanceNorm1d(options), {4, 3, 6});
    expect_row_norm(ours::InstanceNormAct2d(options, "tanh"), nn::InstanceNorm2d(options), {4, 3, 6, 5});
    expect_row_norm(ours::InstanceNormAct3d(options, "tanh"), nn::InstanceNorm3d(options), {4, 3, 6, 5, 2});
  }
}

TEST(RowNormAct, InstancesWithoutABatch) {
  namespace ours = torchactiv::nn;
  const nn::InstanceNormOptions plain(3), tracked = nn::InstanceNormOptions(3).track_running_stats(true).affine(true);
  for (const nn::InstanceNormOptions& options : {plain, tracked}) {
    expect_row_norm(ours::InstanceNormAct1d(options, "tanh"), nn::InstanceNorm1d(options), {3, 6});
    expect_row_norm(ours::InstanceNormAct2d(options, "tanh"), nn::InstanceNorm2d(options), {3, 6, 5});
    expect_row_norm(ours::InstanceNormAct3d(options, "tanh"), nn::InstanceNorm3d(options), {3, 6, 5, 2});
  }
  EXPECT_THROW(ours::InstanceNormAct2d(plain)->forward(at::ones({3, 6})), c10::Error);
}

at::Tensor rms_norm(const at::Tensor& x) { return x * (x.square().mean(-1, true) + 1e-3).rsqrt(); }

TEST(RowNormAct, RmsNorm) {
  const at::Tensor x = sample({4, 6}, at::kFloat, 1);
  torchactiv::nn::RMSNormAct module(std::vector<std::int64_t>{6}, 1e-3, "leaky_relu", std::vector{0.2});
  EXPECT_TRUE(near(module->forward(x), at::leaky_relu(rms_norm(x), 0.2), 1e-5, 1e-5));
  nn::Sequential network(nn::Linear(6, 6), module);
  EXPECT_EQ(network->forward(x).sizes(), x.sizes());
  std::ostringstream shown;
  shown << network;
  EXPECT_NE(shown.str().find("RMSNormAct([6]) with leaky_relu"), std::string::npos);
}

template <class Holder>
void expect_a_clone(Holder module, const at::Tensor& x) {
  const auto copied = std::dynamic_pointer_cast<typename Holder::ContainedType>(module->clone());
  ASSERT_TRUE(copied);
  EXPECT_TRUE(same_bits(copied->forward(x), module->forward(x)));
  const torch::NoGradGuard guard;
  for (at::Tensor& parameter : module->parameters()) parameter.fill_(3);
  for (const at::Tensor& parameter : copied->parameters()) EXPECT_FALSE(parameter.eq(3).any().template item<bool>());
}

TEST(RowNormAct, Clones) {
  const at::Tensor x = sample({2, 4, 6}, at::kFloat, 1);
  expect_a_clone(torchactiv::nn::LayerNormAct(nn::LayerNormOptions({6}), "silu"), x);
  expect_a_clone(torchactiv::nn::GroupNormAct(nn::GroupNormOptions(2, 4), "elu", std::vector{0.5}), x);
  expect_a_clone(torchactiv::nn::InstanceNormAct1d(nn::InstanceNormOptions(4).affine(true), "mish"), x);
  expect_a_clone(torchactiv::nn::RMSNormAct(std::vector<std::int64_t>{6}, 1e-5, "tanh"), x);
}

TEST(RowNormAct, UndefinedTensorsAreNone) {
  const at::Tensor x = sample({2, 4, 6}, at::kFloat, 1), none;
  EXPECT_TRUE(same_bits(torchactiv::layer_norm_act(x, {6}, none, none), torchactiv::layer_norm_act(x, {6})));
  EXPECT_TRUE(same_bits(torchactiv::rms_norm_act(x, {6}, none), torchactiv::rms_norm_act(x, {6})));
  EXPECT_TRUE(same_bits(torchactiv::group_norm_act(x, 2, none, none), torchactiv::group_norm_act(x, 2)));
  EXPECT_TRUE(same_bits(torchactiv::instance_norm_act(x, none, none, none), torchactiv::instance_norm_act(x)));
}

TEST(RowNormAct, SumsInFront) {
  const at::Tensor x = sample({4, 6}, at::kFloat, 1), r = sample({4, 6}, at::kFloat, 2), w = at::ones({6});
  const auto [rms, sum] = torchactiv::add_rms_norm(x, r, w, 1e-3);
  EXPECT_TRUE(near(sum, x + r, 1e-6, 1e-6));
  EXPECT_TRUE(near(rms, rms_norm(x + r), 1e-5, 1e-5));
  const auto [layer, same_sum] = torchactiv::add_layer_norm(x, r, w);
  EXPECT_TRUE(near(layer, at::layer_norm(x + r, {6}), 1e-5, 1e-5));
  EXPECT_TRUE(near(same_sum, sum, 0, 0));
}

}  // namespace
}  // namespace torchactiv_test
