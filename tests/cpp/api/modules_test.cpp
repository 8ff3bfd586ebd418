// The modules of torchactiv::nn, which behave like those of torch::nn.
#include "modules.h"

#include <torch/torch.h>
#include <torchactiv/torchactiv.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

template <class Module>
class NnModule : public ::testing::Test {
 protected:
  using Card = Expected<Module>;

  const Operator& op() const {
    return *std::find_if(operators().begin(), operators().end(),
                         [](const Operator& op) { return op.name == Card::operator_name; });
  }

  // What forward takes, and what the operator takes with the module's parameters.
  Tensors data() const {
    const Operator& op = this->op();
    Tensors inputs = sample_inputs(op, {3, 4}, at::kFloat), result;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (!op.is_parameter(i)) result.push_back(inputs[i]);
    return result;
  }
  Tensors with_parameters(const Tensors& data, const Module& module) const {
    const auto parameters = module->named_parameters();
    Tensors result;
    std::size_t next = 0;
    for (std::size_t i = 0; i < op().inputs.size(); ++i)
      result.push_back(op().is_parameter(i) ? parameters[std::string(op().inputs[i].name)] : data[next++]);
    return result;
  }

  static at::Tensor forward(Module module, const Tensors& data) {
    if constexpr (requires { module->forward(data[0]); })
      return module->forward(data[0]);
    else
      return module->forward(data[0], data[1]);
  }

  static std::string text(const Module& module) {
    std::ostringstream stream;
    stream << *module;
    return stream.str();
  }
};

struct NameOf {
  template <class Module>
  static std::string GetName(int) {
    return Expected<Module>::name;
  }
};

TYPED_TEST_SUITE(NnModule, Modules, NameOf);

TYPED_TEST(NnModule, ForwardIsTheFunction) {
  TypeParam module;
  const Tensors data = this->data();
  EXPECT_TRUE(same_bits(this->forward(module, data), this->op().forward(this->with_parameters(data, module))));
}

TYPED_TEST(NnModule, ParametersAreThoseOfTheOperator) {
  const TypeParam module;
  const auto parameters = module->named_parameters();
  ASSERT_EQ(parameters.size(), this->op().inputs.size() - this->op().data_count());
  for (const torchactiv::Input& input : this->op().inputs) {
    if (input.role == torchactiv::Role::data) continue;
    const at::Tensor* const parameter = parameters.find(std::string(input.name));
    ASSERT_NE(parameter, nullptr) << input.name;
    EXPECT_TRUE(parameter->requires_grad());
    const std::vector<double> initials(input.initials.begin(), input.initials.end());
    EXPECT_TRUE(same_bits(*parameter,
                          initials.empty() ? torch::full({1}, input.initial) : torch::tensor(initials, at::kFloat)));
  }
}

TYPED_TEST(NnModule, ParametersAreLearned) {
  if (!this->op().has_parameters()) return;
  TypeParam module;
  this->forward(module, this->data()).sum().backward();
  for (const at::Tensor& parameter : module->parameters()) EXPECT_TRUE(parameter.grad().defined());
}

TYPED_TEST(NnModule, NumParametersMakesOnePerChannel) {
  if constexpr (requires(TypeParam module) { module->options.num_parameters(); }) {
    auto options = TypeParam()->options;
    TypeParam module(options.num_parameters(4));
    for (const torchactiv::Input& input : this->op().inputs) {
      if (input.role == torchactiv::Role::data) continue;
      const at::Tensor parameter = module->named_parameters()[std::string(input.name)];
      EXPECT_EQ(parameter.size(-1), input.shared ? 1 : 4) << input.name;
    }
    EXPECT_EQ(this->forward(module, this->data()).sizes(), at::IntArrayRef({3, 4}));
    EXPECT_NE(this->text(module).find("num_parameters=4"), std::string::npos) << this->text(module);
  }
}

TYPED_TEST(NnModule, Prints) {
  const TypeParam module;
  const std::string text = this->text(module);
  EXPECT_EQ(text.find(std::string("torchactiv::nn::") + TestFixture::Card::name + "("), 0u) << text;
  EXPECT_EQ(text.back(), ')') << text;
  for (const char* const name : TestFixture::Card::named)
    EXPECT_NE(text.find(std::string(name) + "="), std::string::npos) << text;
}

TYPED_TEST(NnModule, TakesArguments) {
  if constexpr (requires { TestFixture::Card::options(3); }) {
    const TypeParam module(TestFixture::Card::options(3));
    const at::Tensor by_default = this->op().forward(this->with_parameters(this->data(), module));
    Operator other = this->op();
    for (torchactiv::Argument& argument : other.arguments) argument.default_value = 3 * argument.default_value;
    const at::Tensor expected = other.forward(this->with_parameters(this->data(), module));
    EXPECT_TRUE(same_bits(this->forward(module, this->data()), expected));
    EXPECT_TRUE(same_bits(this->forward(TypeParam(TestFixture::Card::options(1)), this->data()), by_default));
    const bool changed = std::any_of(other.arguments.begin(), other.arguments.end(),
                                     [](const torchactiv::Argument& argument) { return argument.default_value != 0; });
    EXPECT_EQ(this->text(module) != this->text(TypeParam()), changed);
  }
}

TYPED_TEST(NnModule, WorksInPlace) {
  constexpr bool has_option = requires(TypeParam module) { module->options.inplace(); };
  ASSERT_EQ(has_option, TestFixture::Card::inplace);
  if constexpr (has_option) {
    auto options = TypeParam()->options;
    TypeParam module(options.inplace(true));
    const Tensors data = this->data();
    const at::Tensor expected = this->op().forward(this->with_parameters(data, module));
    const at::Tensor result = this->forward(module, data);
    EXPECT_EQ(result.data_ptr(), data[0].data_ptr());
    EXPECT_TRUE(same_bits(data[0], expected));
    EXPECT_NE(this->text(module).find("inplace=true"), std::string::npos) << this->text(module);
  }
}

TYPED_TEST(NnModule, Clones) {
  TypeParam module;
  const TypeParam copy(std::dynamic_pointer_cast<typename TypeParam::ContainedType>(module->clone()));
  ASSERT_TRUE(copy);
  EXPECT_EQ(this->text(copy), this->text(module));
  ASSERT_EQ(copy->parameters().size(), module->parameters().size());
  {
    const torch::NoGradGuard no_grad;
    for (at::Tensor parameter : module->parameters()) parameter.fill_(3);
  }
  for (const at::Tensor& parameter : copy->parameters()) EXPECT_FALSE(parameter.eq(3).any().template item<bool>());
  EXPECT_TRUE(
      same_bits(this->forward(copy, this->data()), this->op().forward(this->with_parameters(this->data(), copy))));
}

TYPED_TEST(NnModule, IsConvertedAndSwitched) {
  TypeParam module;
  module->to(torch::kDouble);
  for (const at::Tensor& parameter : module->parameters()) EXPECT_EQ(parameter.scalar_type(), torch::kDouble);
  Tensors data = this->data();
  for (at::Tensor& tensor : data) tensor = tensor.to(torch::kDouble);
  EXPECT_EQ(this->forward(module, data).scalar_type(), torch::kDouble);
  module->eval();
  EXPECT_FALSE(module->is_training());
}

TYPED_TEST(NnModule, IsSavedAndLoaded) {
  TypeParam saved, loaded;
  {
    const torch::NoGradGuard no_grad;
    for (at::Tensor parameter : saved->parameters()) parameter.fill_(-0.75);
  }
  std::stringstream file;
  torch::save(saved, file);
  torch::load(loaded, file);
  EXPECT_TRUE(same_bits(this->forward(loaded, this->data()), this->forward(saved, this->data())));
}

TYPED_TEST(NnModule, TrainsInASequential) {
  if constexpr (requires(TypeParam module, at::Tensor x) { module->forward(x); }) {
    torch::manual_seed(1);
    TypeParam activation;
    torch::nn::Sequential network(torch::nn::Linear(4, 16), activation, torch::nn::Linear(16, 1));
    const at::Tensor x = torch::randn({64, 4}), y = x.square().sum(1, true);
    torch::optim::Adam optimiser(network->parameters(), 0.02);
    double first = 0, last = 0;
    for (int step = 0; step < 60; ++step) {
      optimiser.zero_grad();
      const at::Tensor loss = torch::mse_loss(network->forward(x), y);
      loss.backward();
      optimiser.step();
      last = loss.template item<double>();
      if (step == 0) first = last;
    }
    EXPECT_LT(last, 0.9 * first);
  }
}

// As BigVGAN's.
TEST(SnakeBeta, KeepsLogarithms) {
  using torchactiv::nn::SnakeBeta, torchactiv::nn::SnakeBetaOptions;
  SnakeBeta module(SnakeBetaOptions().num_parameters(3).alpha_init(2).beta_init(0.5).alpha_logscale(true));
  EXPECT_TRUE(at::allclose(module->alpha, at::full({3}, std::log(2.0))));
  EXPECT_TRUE(at::allclose(module->beta, at::full({3}, std::log(0.5))));
  const at::Tensor x = torch::randn({2, 3, 5});
  const at::Tensor y = module->forward(x);
  EXPECT_TRUE(at::allclose(y, SnakeBeta(SnakeBetaOptions().alpha_init(2).beta_init(0.5))->forward(x)));
  y.sum().backward();
  EXPECT_TRUE(module->alpha.grad().defined());
  EXPECT_TRUE(module->beta.grad().defined());
  std::ostringstream stream;
  stream << module;
  EXPECT_EQ(stream.str(), "torchactiv::nn::SnakeBeta(num_parameters=3, alpha_logscale=true)");
  EXPECT_THROW(SnakeBeta(SnakeBetaOptions().beta_init(0).alpha_logscale(true)), c10::ValueError);
}

}  // namespace
}  // namespace torchactiv_test
