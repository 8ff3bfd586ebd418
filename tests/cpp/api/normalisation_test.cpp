// Batch normalisation with an activation against torch::nn's, in training and in evaluation.
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <torchactiv/normalisation.h>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

namespace nn = torch::nn;

template <class Mine, class Theirs>
void expect_batch_norm(Mine mine, Theirs theirs, at::IntArrayRef shape) {
  for (int step = 0; step < 6; ++step) {
    if (step == 3) {
      mine->eval();
      theirs->eval();
    }
    const at::Tensor x = sample(shape, at::kFloat, step);
    EXPECT_TRUE(near(mine->forward(x), at::tanh(theirs->forward(x)), 1e-5, 1e-5)) << step;
  }
  EXPECT_EQ(mine->named_buffers().keys(), theirs->named_buffers().keys());
  for (const auto& buffer : theirs->named_buffers())
    EXPECT_TRUE(near(mine->named_buffers()[buffer.key()], buffer.value(), 1e-5, 1e-5)) << buffer.key();
}

TEST(BatchNormAct, AsLibTorchsModules) {
  using torchactiv::nn::BatchNormAct1d, torchactiv::nn::BatchNormAct2d, torchactiv::nn::BatchNormAct3d;
  const nn::BatchNormOptions plain(3), average = nn::BatchNormOptions(3).momentum(std::nullopt),
                                       untracked = nn::BatchNormOptions(3).track_running_stats(false).affine(false);
  for (const nn::BatchNormOptions& options : {plain, average, untracked}) {
    expect_batch_norm(BatchNormAct1d(options, "tanh"), nn::BatchNorm1d(options), {6, 3});
    expect_batch_norm(BatchNormAct2d(options, "tanh"), nn::BatchNorm2d(options), {6, 3, 5, 4});
    expect_batch_norm(BatchNormAct3d(options, "tanh"), nn::BatchNorm3d(options), {6, 3, 2, 5, 4});
  }
}

TEST(BatchNormAct, Gradients) {
  torchactiv::nn::BatchNormAct2d mine(nn::BatchNormOptions(3), "leaky_relu", std::vector{0.2});
  nn::BatchNorm2d theirs(nn::BatchNormOptions(3));
  const at::Tensor x = sample({6, 3, 5, 4}, at::kFloat, 1).requires_grad_();
  const Tensors results{mine->forward(x), at::leaky_relu(theirs->forward(x), 0.2)};
  std::vector<std::vector<at::Tensor>> gradients;
  for (const auto& [result, weight] : {std::pair(results[0], mine->weight), std::pair(results[1], theirs->weight)})
    gradients.push_back(torch::autograd::grad({result.square().sum()}, {x, weight}));
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(near(gradients[0][i], gradients[1][i], 1e-4, 1e-4)) << i;
}

TEST(BatchNormAct, MemoryEfficientWithAResidual) {
  const at::Tensor r = sample({6, 3, 5, 4}, at::kFloat, 2);
  std::vector<at::Tensor> gradients;
  for (const bool memory_efficient : {false, true}) {
    torchactiv::nn::BatchNormAct2d module(nn::BatchNormOptions(3), "elu", std::vector<double>{}, memory_efficient);
    const at::Tensor x = sample({6, 3, 5, 4}, at::kFloat, 1).requires_grad_();
    const at::Tensor result = module->forward(x, r);
    EXPECT_TRUE(near(result, at::elu(at::batch_norm(x, {}, {}, {}, {}, true, 0.1, 1e-5, false) + r), 1e-5, 1e-5));
    gradients.push_back(torch::autograd::grad({result.square().sum()}, {x})[0]);
  }
  EXPECT_TRUE(near(gradients[0], gradients[1], 1e-4, 1e-4));
}

TEST(BatchNormAct, InASequential) {
  nn::Sequential network(nn::Conv2d(nn::Conv2dOptions(3, 4, 3)),
                         torchactiv::nn::BatchNormAct2d(nn::BatchNormOptions(4), "silu"));
  EXPECT_EQ(network->forward(at::rand({2, 3, 5, 5})).sizes(), (std::vector<std::int64_t>{2, 4, 3, 3}));
  std::ostringstream shown;
  shown << network;
  EXPECT_NE(shown.str().find("with silu"), std::string::npos);
}

TEST(BatchNormAct, Clones) {
  torchactiv::nn::BatchNormAct2d module(nn::BatchNormOptions(4), "leaky_relu", std::vector{0.2}, true);
  nn::Sequential network(nn::Conv2d(nn::Conv2dOptions(3, 4, 3)), module);
  const at::Tensor x = at::rand({2, 3, 5, 5});
  network->forward(x);
  network->eval();
  const auto copied = std::dynamic_pointer_cast<nn::SequentialImpl>(network->clone());
  const auto other = copied->ptr<torchactiv::nn::BatchNormAct2dImpl>(1);
  EXPECT_TRUE(same_bits(copied->forward<at::Tensor>(x), network->forward<at::Tensor>(x)));
  EXPECT_EQ(other->activation, "leaky_relu");
  EXPECT_EQ(other->arguments, std::vector{0.2});
  EXPECT_TRUE(other->memory_efficient);
  EXPECT_FALSE(other->is_training());
  const torch::NoGradGuard guard;
  module->weight.fill_(3);
  module->running_mean.fill_(3);
  EXPECT_FALSE(other->weight.eq(3).any().item<bool>());
  EXPECT_FALSE(other->running_mean.eq(3).any().item<bool>());
}

TEST(BatchNormAct, UndefinedTensorsAreNone) {
  const auto with = [](const std::optional<at::Tensor>& absent) {
    return torchactiv::batch_norm_act(sample({6, 3, 5}, at::kFloat, 1), absent, absent, absent, absent, true, 0.1, 1e-5,
                                      "relu", {}, false, absent);
  };
  EXPECT_TRUE(same_bits(with(at::Tensor()), with(std::nullopt)));
}

TEST(BatchNormAct, Errors) {
  const at::Tensor x = at::ones({4, 3});
  EXPECT_THROW(torchactiv::batch_norm_act(x, std::nullopt, std::nullopt), c10::Error);
  EXPECT_THROW(torchactiv::batch_norm_act(x, {}, {}, {}, {}, true, 0.1, 1e-5, "unheard"), c10::ValueError);
}

}  // namespace
}  // namespace torchactiv_test
