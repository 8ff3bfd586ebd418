// The modules of torchactiv::nn, which behave like those of torch::nn.
#include "modules.h"

#include <torch/torch.h>
#include <torchactiv/torchactiv.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

// A module whose type only its forward needs, so that a test is compiled once and not for each module.
struct Made {
  std::shared_ptr<torch::nn::Module> module;
  at::Tensor (*forward_of)(torch::nn::Module&, const Tensors&);

  at::Tensor forward(const Tensors& data) const { return forward_of(*module, data); }
  std::string text() const {
    std::ostringstream stream;
    stream << *module;
    return stream.str();
  }
};

template <class Module>
at::Tensor forward_of(torch::nn::Module& module, const Tensors& data) {
  auto& implementation = dynamic_cast<typename Module::ContainedType&>(module);
  if constexpr (requires { implementation.forward(data[0]); })
    return implementation.forward(data[0]);
  else
    return implementation.forward(data[0], data[1]);
}

template <class Module>
Made made(const Module& module) {
  return {module.ptr(), forward_of<Module>};
}

// What the card says of a module, and the ways to make one; null for what it has no option for.
struct ModuleType {
  const char *name, *operator_name;
  bool inplace;
  std::vector<const char*> named;
  Made (*by_default)();
  Made (*with_arguments)(double factor) = nullptr;
  Made (*in_place)() = nullptr;
  Made (*with_channels)(std::int64_t count) = nullptr;
  Made (*with_last_channels)(std::int64_t count) = nullptr;
  void (*append)(torch::nn::Sequential& network) = nullptr;
};

template <class Module>
ModuleType module_type() {
  using Card = Expected<Module>;
  ModuleType type{Card::name, Card::operator_name, Card::inplace, Card::named, [] { return made(Module()); }};
  if constexpr (requires { Card::options(3); })
    type.with_arguments = [](double factor) { return made(Module(Card::options(factor))); };
  if constexpr (requires(Module module) { module->options.inplace(); })
    type.in_place = [] {
      auto options = Module()->options;
      return made(Module(options.inplace(true)));
    };
  if constexpr (requires(Module module) { module->options.num_parameters(); })
    type.with_channels = [](std::int64_t count) {
      auto options = Module()->options;
      return made(Module(options.num_parameters(count)));
    };
  if constexpr (requires(Module module) { module->options.dim(); })
    type.with_last_channels = [](std::int64_t count) {
      auto options = Module()->options;
      return made(Module(options.num_parameters(count).dim(-1)));
    };
  if constexpr (requires(Module module, at::Tensor x) { module->forward(x); })
    type.append = [](torch::nn::Sequential& network) { network->push_back(Module()); };
  return type;
}

template <class... Module>
std::vector<ModuleType> module_types(::testing::Types<Module...>) {
  return {module_type<Module>()...};
}

class NnModule : public ::testing::TestWithParam<ModuleType> {
 protected:
  const ModuleType& type() const { return GetParam(); }
  const Operator& op() const {
    return *std::find_if(operators().begin(), operators().end(),
                         [this](const Operator& op) { return op.name == type().operator_name; });
  }

  // What forward takes, and what the operator takes with the module's parameters.
  Tensors data() const {
    Tensors inputs = sample_inputs(op(), {3, 4}, at::kFloat), result;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (!op().is_parameter(i)) result.push_back(inputs[i]);
    return result;
  }
  Tensors with_parameters(const Tensors& data, const torch::nn::Module& module) const {
    const auto parameters = module.named_parameters();
    Tensors result;
    std::size_t next = 0;
    for (std::size_t i = 0; i < op().inputs.size(); ++i)
      result.push_back(op().is_parameter(i) ? parameters[std::string(op().inputs[i].name)] : data[next++]);
    return result;
  }
  at::Tensor expected(const Tensors& data, const Made& made) const {
    return op().forward(with_parameters(data, *made.module));
  }
};

INSTANTIATE_TEST_SUITE_P(All, NnModule, ::testing::ValuesIn(module_types(Modules())),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(NnModule, ForwardIsTheFunction) {
  const Made made = type().by_default();
  EXPECT_TRUE(same_bits(made.forward(data()), expected(data(), made)));
}

TEST_P(NnModule, ParametersAreThoseOfTheOperator) {
  const auto parameters = type().by_default().module->named_parameters();
  ASSERT_EQ(parameters.size(), op().inputs.size() - op().data_count());
  for (const torchactiv::Input& input : op().inputs) {
    if (input.role == torchactiv::Role::data) continue;
    const at::Tensor* const parameter = parameters.find(std::string(input.name));
    ASSERT_NE(parameter, nullptr) << input.name;
    EXPECT_TRUE(parameter->requires_grad());
    const std::vector<double> initials(input.initials.begin(), input.initials.end());
    EXPECT_TRUE(same_bits(*parameter,
                          initials.empty() ? torch::full({1}, input.initial) : torch::tensor(initials, at::kFloat)));
  }
}

TEST_P(NnModule, ParametersAreLearned) {
  if (!op().has_parameters()) return;
  const Made made = type().by_default();
  made.forward(data()).sum().backward();
  for (const at::Tensor& parameter : made.module->parameters()) EXPECT_TRUE(parameter.grad().defined());
}

TEST_P(NnModule, NumParametersMakesOnePerChannel) {
  if (!type().with_channels) return;
  const Made made = type().with_channels(4);
  const auto parameters = made.module->named_parameters();
  for (const torchactiv::Input& input : op().inputs) {
    if (input.role == torchactiv::Role::data) continue;
    EXPECT_EQ(parameters[std::string(input.name)].size(-1), input.shared ? 1 : 4) << input.name;
  }
  EXPECT_EQ(made.forward(data()).sizes(), at::IntArrayRef({3, 4}));
  EXPECT_NE(made.text().find("num_parameters=4"), std::string::npos) << made.text();
}

TEST_P(NnModule, ParametersLieAlongDim) {
  if (!type().with_last_channels) return;
  const Made made = type().with_last_channels(4);
  Tensors last, second;  // of 2 x 3 x 4 elements, and with the channels in dimension 1
  for (std::size_t i = 0; i < op().data_count(); ++i) {
    last.push_back(sample({2, 3, 4}, at::kFloat, i));
    second.push_back(last.back().transpose(1, 2).contiguous());
  }
  EXPECT_TRUE(same_bits(made.forward(last).transpose(1, 2).contiguous(), expected(second, made)));
  EXPECT_NE(made.text().find("dim=-1"), std::string::npos) << made.text();
}

TEST_P(NnModule, Prints) {
  const std::string text = type().by_default().text();
  EXPECT_EQ(text.find(std::string("torchactiv::nn::") + type().name + "("), 0u) << text;
  EXPECT_EQ(text.back(), ')') << text;
  for (const char* const name : type().named) EXPECT_NE(text.find(std::string(name) + "="), std::string::npos) << text;
}

TEST_P(NnModule, TakesArguments) {
  if (!type().with_arguments) return;
  const Made made = type().with_arguments(3);
  Operator other = op();
  double factor = 1;
  for (torchactiv::Argument& argument : other.arguments) argument.default_value *= factor *= 3;
  EXPECT_TRUE(same_bits(made.forward(data()), other.forward(with_parameters(data(), *made.module))));
  EXPECT_TRUE(same_bits(type().with_arguments(1).forward(data()), expected(data(), made)));
  const bool changed = std::any_of(other.arguments.begin(), other.arguments.end(),
                                   [](const torchactiv::Argument& argument) { return argument.default_value != 0; });
  EXPECT_EQ(made.text() != type().by_default().text(), changed);
}

TEST_P(NnModule, WorksInPlace) {
  ASSERT_EQ(type().in_place != nullptr, type().inplace);
  if (!type().in_place) return;
  const Made made = type().in_place();
  const Tensors data = this->data();
  const at::Tensor expected = this->expected(data, made);
  const at::Tensor result = made.forward(data);
  EXPECT_EQ(result.data_ptr(), data[0].data_ptr());
  EXPECT_TRUE(same_bits(data[0], expected));
  EXPECT_NE(made.text().find("inplace=true"), std::string::npos) << made.text();
}

TEST_P(NnModule, Clones) {
  const Made made = type().by_default(), copy{made.module->clone(), made.forward_of};
  EXPECT_EQ(copy.text(), made.text());
  ASSERT_EQ(copy.module->parameters().size(), made.module->parameters().size());
  {
    const torch::NoGradGuard no_grad;
    for (at::Tensor parameter : made.module->parameters()) parameter.fill_(3);
  }
  for (const at::Tensor& parameter : copy.module->parameters()) EXPECT_FALSE(parameter.eq(3).any().item<bool>());
  EXPECT_TRUE(same_bits(copy.forward(data()), expected(data(), copy)));
}

TEST_P(NnModule, IsConvertedAndSwitched) {
  const Made made = type().by_default();
  made.module->to(torch::kDouble);
  for (const at::Tensor& parameter : made.module->parameters()) EXPECT_EQ(parameter.scalar_type(), torch::kDouble);
  Tensors data = this->data();
  for (at::Tensor& tensor : data) tensor = tensor.to(torch::kDouble);
  EXPECT_EQ(made.forward(data).scalar_type(), torch::kDouble);
  made.module->eval();
  EXPECT_FALSE(made.module->is_training());
}

TEST_P(NnModule, IsSavedAndLoaded) {
  Made saved = type().by_default(), loaded = type().by_default();
  {
    const torch::NoGradGuard no_grad;
    for (at::Tensor parameter : saved.module->parameters()) parameter.fill_(-0.75);
  }
  std::stringstream file;
  torch::save(saved.module, file);
  torch::load(loaded.module, file);
  EXPECT_TRUE(same_bits(loaded.forward(data()), saved.forward(data())));
}

TEST_P(NnModule, TrainsInASequential) {
  if (!type().append) return;
  torch::manual_seed(1);  // the last layer draws first: from other weights soft_exponential learns more slowly
  const torch::nn::Linear last_layer(16, 1), first_layer(4, 16);
  torch::nn::Sequential network{first_layer};
  type().append(network);
  network->push_back(last_layer);
  const at::Tensor x = torch::randn({64, 4}), y = x.square().sum(1, true);
  torch::optim::Adam optimiser(network->parameters(), 0.02);
  double first = 0, last = 0;
  for (int step = 0; step < 60; ++step) {
    optimiser.zero_grad();
    const at::Tensor loss = torch::mse_loss(network->forward(x), y);
    loss.backward();
    optimiser.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, 0.9 * first);
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
  EXPECT_EQ(stream.str(), "torchactiv::nn::SnakeBeta(num_parameters=3, dim=1, alpha_logscale=true)");
  EXPECT_THROW(SnakeBeta(SnakeBetaOptions().beta_init(0).alpha_logscale(true)), c10::ValueError);
}

}  // namespace
}  // namespace torchactiv_test
