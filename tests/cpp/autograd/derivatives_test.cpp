// Derivatives of the first three orders against central differences of the order below.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>
#include <utility>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

using Function = std::function<at::Tensor(const Tensors&)>;  // to a scalar

Tensors leaves_of(const Tensors& tensors) {
  Tensors result;
  for (const at::Tensor& tensor : tensors) result.push_back(tensor.detach().clone().requires_grad_());
  return result;
}

// sum_i <df/dx_i, directions_i>, as a function of the inputs that can be differentiated again.
Function along(const Function& f, const Tensors& directions) {
  return [=](const Tensors& inputs) {
    const at::Tensor value = f(inputs);
    at::Tensor result = at::zeros({}, at::kDouble);
    if (!value.requires_grad()) return result;
    const Tensors gradients = torch::autograd::grad({value}, inputs, {}, true, true, true);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (gradients[i].defined()) result = result + (gradients[i] * directions[i]).sum();
    return result;
  };
}

// Of five points, with an error of step^4 / 30 times the fifth derivative.
double central_difference(const Function& f, const Tensors& inputs, const Tensors& directions) {
  constexpr double step = 2e-5;  // short, lest a kink be near that depends on parameters
  double result = 0;
  for (const auto& [steps, weight] : {std::pair{-2, 1}, {-1, -8}, {1, 8}, {2, -1}}) {
    Tensors moved;
    for (std::size_t i = 0; i < inputs.size(); ++i) moved.push_back(inputs[i] + steps * step * directions[i]);
    result += weight * f(leaves_of(moved)).item<double>();
  }
  return result / (12 * step);
}

class Derivatives : public EveryOperator {
 protected:
  void check(at::IntArrayRef shape, at::IntArrayRef parameter_shape) {
    const Tensors inputs = sample_inputs(op(), shape, at::kDouble, parameter_shape);
    const at::Tensor weights = sample(shape, at::kDouble, 11);
    const double tolerance = op().periodic ? 1e-3 : 2e-7;  // of differences over a distance that is no small angle
    Function f = [&](const Tensors& x) { return (op().forward(x) * weights).sum(); };
    for (int order = 1; order <= 3; ++order) {
      Tensors directions;
      for (std::size_t i = 0; i < inputs.size(); ++i)
        directions.push_back(sample(inputs[i].sizes(), at::kDouble, 20 * order + i));
      const Function derivative = along(f, directions);
      const double exact = derivative(leaves_of(inputs)).item<double>();
      EXPECT_NEAR(exact, central_difference(f, inputs, directions), tolerance * (1 + std::abs(exact)))
          << "order " << order;
      f = derivative;
    }
  }
};

TEST_P(Derivatives, AgreeWithCentralDifferences) { check({3, 4}, {1}); }

TEST_P(Derivatives, OfOneElement) { check({}, {1}); }

TEST_P(Derivatives, OfParametersPerChannel) {
  if (!op().has_parameters()) GTEST_SKIP() << op().name << " has no parameters";
  check({3, 4}, {4});
  check({3, 4, 5}, {4});
  check({3, 4, 5}, {4, 1});
  check({3, 4, 5}, {3, 1, 5});
  check({3, 4, 5}, {});
}

// Broadcasting inputs of data, where there is more than one.
TEST_P(Derivatives, OfBroadcastData) {
  if (op().data_count() < 2) GTEST_SKIP() << op().name << " has one data input";
  Tensors inputs = leaves_of(sample_inputs(op(), {3, 4}));
  inputs[1] = inputs[1].detach().slice(0, 0, 1).clone().requires_grad_();
  op().forward(inputs).sum().backward();
  Tensors expanded = leaves_of(inputs);
  expanded[1] = inputs[1].detach().expand({3, 4}).clone().requires_grad_();
  op().forward(expanded).sum().backward();
  EXPECT_TRUE(same_bits(inputs[0].grad(), expanded[0].grad()));
  EXPECT_TRUE(near(inputs[1].grad(), expanded[1].grad().sum(0, true), 1e-13, 1e-13));
}

FOR_EVERY_OPERATOR(Derivatives);

}  // namespace
}  // namespace torchactiv_test
