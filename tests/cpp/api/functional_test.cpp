// torchactiv::<name>, <name>_ and <name>_out of the public header, for each line of the catalogue.
#include <torch/torch.h>
#include <torchactiv/functional.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "csrc/operators/activations.h"
#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

const Operator& find(std::string_view name) {
  for (const Operator& op : operators())
    if (op.name == name) return op;
  throw std::invalid_argument(std::string(name));
}

// The inputs, or the inputs and the arguments, in the places of the public function. The arguments are the defaults
// times `factor`, its square, and so on, so that they cannot change places unnoticed.
template <class Op, class Function>
decltype(auto) with_inputs(const Tensors& inputs, Function function) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) -> decltype(auto) {
    return function(inputs[i]...);
  }(std::make_index_sequence<Op::inputs.size()>{});
}
template <class Op, class Function>
decltype(auto) with_arguments(const Tensors& inputs, double factor, Function function) {
  return [&]<std::size_t... a>(std::index_sequence<a...>) -> decltype(auto) {
    return with_inputs<Op>(inputs, [&](const auto&... tensors) -> decltype(auto) {
      return function(tensors..., (std::pow(factor, a + 1) * find(Op::card.name).arguments[a].default_value)...);
    });
  }(std::make_index_sequence<Op::arguments.size()>{});
}

template <class Op>
constexpr bool has_dim = !Op::drop_in && std::any_of(Op::inputs.begin(), Op::inputs.end(), [](const auto& input) {
  return input.role != torchactiv::Role::data;
});

// Parameters of one dimension along any dimension of the first input, by default that of the card.
template <class Op, class Function>
void check_dim(Function function) {
  const Operator& op = find(Op::card.name);
  const std::vector<std::int64_t> shape{2, 4, 3};
  for (const std::int64_t dim : {-1, 0, 1, 2}) {
    const std::int64_t place = dim < 0 ? dim + 3 : dim;
    Tensors inputs = sample_inputs(op, shape, at::kFloat, {shape[place]});
    const auto along = [&](const auto&... x) { return function(x..., dim); };
    const at::Tensor result = with_arguments<Op>(inputs, 1, along);
    if (Op::dim == dim) {
      EXPECT_TRUE(same_bits(with_inputs<Op>(inputs, function), result)) << "by default";
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!op.is_parameter(i)) continue;
      std::vector<std::int64_t> laid(inputs[i].dim() + 2, 1);
      laid[0] = inputs[i].size(0);  // of coefficients; of others it is what follows
      std::fill_n(laid.end() - 3, 3, 1);
      *(laid.end() - 3 + place) = shape[place];
      inputs[i] = inputs[i].view(laid);
    }
    EXPECT_TRUE(same_bits(result, op.forward(inputs))) << "along " << dim;
  }
  const Tensors wrong = sample_inputs(op, shape, at::kFloat, {5});
  const auto along_last = [&](const auto&... x) { return function(x..., std::int64_t{-1}); };
  EXPECT_THROW(with_arguments<Op>(wrong, 1, along_last), c10::Error);
}

template <class Op, class Function, class InPlace, class Out>
void check(Function function, InPlace in_place, Out out) {
  const Operator& op = find(Op::card.name);
  const Tensors inputs = sample_inputs(op, {3, 4}, at::kFloat);
  const at::Tensor expected = op.forward(inputs);

  EXPECT_TRUE(same_bits(with_inputs<Op>(inputs, function), expected)) << "with default arguments";
  EXPECT_TRUE(same_bits(with_arguments<Op>(inputs, 1, function), expected)) << "with arguments";
  if (!op.arguments.empty()) {
    Operator other = op;
    double factor = 1;
    for (torchactiv::Argument& argument : other.arguments) argument.default_value *= factor *= 3;
    EXPECT_TRUE(same_bits(with_arguments<Op>(inputs, 3, function), other.forward(inputs))) << "with other arguments";
  }

  at::Tensor result = torch::zeros({3, 4});
  EXPECT_TRUE(
      with_inputs<Op>(inputs, [&](const auto&... x) -> at::Tensor& { return out(result, x...); }).is_same(result));
  EXPECT_TRUE(same_bits(result, expected)) << "out";

  Tensors leaves = sample_inputs(op, {3, 4}, at::kFloat);
  for (const at::Tensor& leaf : leaves) leaf.requires_grad_();
  with_inputs<Op>(leaves, function).sum().backward();
  const Tensors gradients = op.backward(torch::ones({3, 4}), op.saved(inputs));
  for (std::size_t i = 0; i < leaves.size(); ++i) EXPECT_TRUE(same_bits(leaves[i].grad(), gradients[i])) << i;

  if constexpr (has_dim<Op>) check_dim<Op>(function);

  if constexpr (Op::in_place) {
    at::Tensor overwritten = inputs[0].clone();
    EXPECT_TRUE(in_place(overwritten).is_same(overwritten));
    EXPECT_TRUE(same_bits(overwritten, expected)) << "in place";
  }
}

}  // namespace
}  // namespace torchactiv_test

// Where torchactiv has no <name>_, the name means this, which takes no tensor.
struct Absent {};
#define OPERATOR(name, Op) void name##_(Absent);
#include "ops/catalogue.h"
#undef OPERATOR

namespace torchactiv {
namespace {

// function(x...), with numbers behind where some have no default: those of torchactiv_test::call.
#define CALL(function, ...)                          \
  if constexpr (requires { function(__VA_ARGS__); }) \
    return function(__VA_ARGS__);                    \
  else                                               \
    return function(__VA_ARGS__, 0.25, 0.25)

// The parentheses keep functions of the same name in namespace at out.
#define OPERATOR(name, Op)                                                                                  \
  TEST(Functional, name) {                                                                                  \
    torchactiv_test::check<Op>(                                                                             \
        [](const auto&... x) { CALL(torchactiv::name, x...); },                                             \
        []<class Tensor>(Tensor& x) -> Tensor& { CALL((name##_), x); },                                     \
        [](at::Tensor& out, const auto&... x) -> at::Tensor& { CALL(torchactiv::name##_out, out, x...); }); \
  }
#include "ops/catalogue.h"
#undef OPERATOR

}  // namespace
}  // namespace torchactiv
