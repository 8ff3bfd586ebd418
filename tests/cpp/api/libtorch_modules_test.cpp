// What LibTorch has modules of: the same expressions make them, and they compute, describe and copy themselves alike.
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
  EXPECT_SAME(Hardshrink());
  EXPECT_SAME(Hardtanh());
  EXPECT_SAME(LeakyReLU());
  EXPECT_SAME(LogSigmoid());
  EXPECT_SAME(Mish());
  EXPECT_SAME(PReLU());
  EXPECT_SAME(ReLU());
  EXPECT_SAME(ReLU6());
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
  EXPECT_SAME(Hardshrink(HardshrinkOptions(0.3)));
  EXPECT_SAME(Hardshrink(HardshrinkOptions().lambda(0.3)));
  EXPECT_SAME(Hardtanh(HardtanhOptions().min_val(-0.5).max_val(0.25).inplace(true)));
  EXPECT_SAME(LeakyReLU(LeakyReLUOptions().negative_slope(0.4).inplace(true)));
  EXPECT_SAME(PReLU(PReLUOptions().num_parameters(4).init(0.5)));
  EXPECT_SAME(ReLU(ReLUOptions(true)));
  EXPECT_SAME(ReLU(ReLUOptions().inplace(true)));
  EXPECT_SAME(ReLU6(ReLU6Options().inplace(true)));
  EXPECT_SAME(SELU(SELUOptions().inplace(true)));
  EXPECT_SAME(Softplus(SoftplusOptions().beta(0.5).threshold(3)));
  EXPECT_SAME(Softshrink(SoftshrinkOptions(0.3)));
  EXPECT_SAME(Softshrink(SoftshrinkOptions().lambda(0.3)));
  EXPECT_SAME(Threshold(ThresholdOptions(0.1, 2).inplace(true)));
  EXPECT_SAME(Threshold(ThresholdOptions(0.1, 2).threshold(0.3).value(4)));
}

}  // namespace
}  // namespace torchactiv_test
