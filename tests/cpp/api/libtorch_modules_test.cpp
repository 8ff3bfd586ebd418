// What LibTorch has modules of: the same expressions make them, and they compute, describe and copy themselves alike.
// And the other modules of composed_modules.h.
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <torchactiv/torchactiv.h>

#include <sstream>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

template <class Module>
std::string text(const Module& module) {
  std::ostringstream stream;
  stream << *module;
  return stream.str();
}

// What a module makes of the same numbers.
struct Run {
  template <class Module>
  explicit Run(Module module) : input(at::linspace(-3, 3, 24).view({6, 4})) {
    module->eval();
    const at::Tensor given = input.detach().requires_grad_();
    result = torch::nn::Sequential(module)->forward(given * 1);
    gradient = torch::autograd::grad({result.square().sum()}, {given})[0];
    in_place = module->forward(input).is_same(input);
  }

  at::Tensor input, result, gradient;
  bool in_place;
};

template <class Theirs, class Mine>
void expect_same(const char* expression, Theirs theirs, Mine mine) {
  EXPECT_EQ(text(mine), "torchactiv" + text(theirs).substr(std::string("torch").size())) << expression;
  const Mine copy(std::dynamic_pointer_cast<typename Mine::ContainedType>(mine->clone()));
  for (const Mine& module : {mine, copy}) {
    const Run one(theirs), other(module);
    EXPECT_TRUE(near(other.result, one.result, 1e-6, 1e-5)) << expression;
    EXPECT_TRUE(near(other.gradient, one.gradient, 1e-5, 1e-5)) << expression;
    EXPECT_TRUE(near(other.input, one.input, 1e-6, 1e-5)) << expression;
    EXPECT_EQ(other.in_place, one.in_place) << expression;
  }
}

#define EXPECT_SAME(...)                \
  expect_same(                          \
      #__VA_ARGS__,                     \
      [] {                              \
        using namespace torch::nn;      \
        return __VA_ARGS__;             \
      }(),                              \
      [] {                              \
        using namespace torchactiv::nn; \
        return __VA_ARGS__;             \
      }())

TEST(LibTorchModules, WithoutOptions) {
  EXPECT_SAME(CELU());
  EXPECT_SAME(ELU());
  EXPECT_SAME(GELU());
  EXPECT_SAME(GLU());
  EXPECT_SAME(Hardshrink());
  EXPECT_SAME(Hardtanh());
  EXPECT_SAME(LeakyReLU());
  EXPECT_SAME(LogSigmoid());
  EXPECT_SAME(Mish());
  EXPECT_SAME(PReLU());
  EXPECT_SAME(ReLU());
  EXPECT_SAME(ReLU6());
  EXPECT_SAME(RReLU());
  EXPECT_SAME(SELU());
  EXPECT_SAME(SiLU());
  EXPECT_SAME(Sigmoid());
  EXPECT_SAME(Softplus());
  EXPECT_SAME(Softshrink());
  EXPECT_SAME(Softsign());
  EXPECT_SAME(Tanh());
  EXPECT_SAME(Tanhshrink());
}

TEST(LibTorchModules, WithNumbersAlone) {
  EXPECT_SAME(GLU(1));
  EXPECT_SAME(Hardshrink(0.3));
  EXPECT_SAME(ReLU(true));
  EXPECT_SAME(ReLU6(true));
  EXPECT_SAME(SELU(true));
  EXPECT_SAME(Softshrink(1));
  EXPECT_SAME(Threshold(0.1, 2));
}

TEST(LibTorchModules, WithOptions) {
  EXPECT_SAME(CELU(CELUOptions().alpha(0.5).inplace(true)));
  EXPECT_SAME(ELU(ELUOptions().alpha(0.5).inplace(true)));
  EXPECT_SAME(GELU(GELUOptions().approximate("tanh")));
  EXPECT_SAME(GLU(GLUOptions(0)));
  EXPECT_SAME(GLU(GLUOptions().dim(0)));
  EXPECT_SAME(Hardshrink(HardshrinkOptions(0.3)));
  EXPECT_SAME(Hardshrink(HardshrinkOptions().lambda(0.3)));
  EXPECT_SAME(Hardtanh(HardtanhOptions().min_val(-0.5).max_val(0.25).inplace(true)));
  EXPECT_SAME(LeakyReLU(LeakyReLUOptions().negative_slope(0.4).inplace(true)));
  EXPECT_SAME(PReLU(PReLUOptions().num_parameters(4).init(0.5)));
  EXPECT_SAME(ReLU(ReLUOptions(true)));
  EXPECT_SAME(ReLU(ReLUOptions().inplace(true)));
  EXPECT_SAME(ReLU6(ReLU6Options().inplace(true)));
  EXPECT_SAME(RReLU(RReLUOptions().lower(0.2).upper(0.4)));
  EXPECT_SAME(RReLU(RReLUOptions().lower(0.2).upper(0.4).inplace(true)));
  EXPECT_SAME(SELU(SELUOptions().inplace(true)));
  EXPECT_SAME(Softplus(SoftplusOptions().beta(0.5).threshold(3)));
  EXPECT_SAME(Softshrink(SoftshrinkOptions(0.3)));
  EXPECT_SAME(Softshrink(SoftshrinkOptions().lambda(0.3)));
  EXPECT_SAME(Threshold(ThresholdOptions(0.1, 2).inplace(true)));
  EXPECT_SAME(Threshold(ThresholdOptions(0.1, 2).threshold(0.3).value(4)));
}

TEST(RReLU, DrawsSlopesInTraining) {
  const at::Tensor x = at::full({1000}, -1.0F);
  for (const bool inplace : {false, true}) {
    torchactiv::nn::RReLU module(torchactiv::nn::RReLUOptions().lower(0.25).upper(0.5).inplace(inplace));
    const at::Tensor slopes = -module->forward(x.clone());
    EXPECT_TRUE(slopes.ge(0.25).logical_and(slopes.le(0.5)).all().item<bool>());
    EXPECT_GT(slopes.std().item<double>(), 0.05);
  }
}

TEST(GELU, RefusesAnUnknownApproximation) {
  torchactiv::nn::GELU module(torchactiv::nn::GELUOptions().approximate("sinh"));
  EXPECT_THROW(module->forward(at::ones({2})), c10::Error);
}

TEST(CReLU, IsTheFunction) {
  const at::Tensor x = sample({3, 4, 5}, at::kFloat, 1);
  EXPECT_TRUE(at::equal(torchactiv::nn::CReLU()->forward(x), at::cat({x.relu(), (-x).relu()}, 1)));
  EXPECT_TRUE(at::equal(torchactiv::nn::CReLU(-1)->forward(x), at::cat({x.relu(), (-x).relu()}, -1)));
  EXPECT_EQ(text(torchactiv::nn::CReLU()), "torchactiv::nn::CReLU(dim=1)");
}

TEST(Maxout, IsTheFunction) {
  const at::Tensor x = sample({3, 4, 6}, at::kFloat, 1);
  EXPECT_TRUE(at::equal(torchactiv::nn::Maxout(2)->forward(x), x.view({3, 2, 2, 6}).amax(2)));
  torchactiv::nn::Maxout last(torchactiv::nn::MaxoutOptions(3).dim(-1));
  EXPECT_TRUE(at::equal(last->forward(x), x.view({3, 4, 2, 3}).amax(-1)));
  EXPECT_EQ(text(last), "torchactiv::nn::Maxout(pieces=3, dim=-1)");
}

}  // namespace
}  // namespace torchactiv_test
