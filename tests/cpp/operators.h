// The operators of the catalogue as the tests see them: called through the dispatcher, like those of any library.
#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ops/card.h"

namespace torchactiv_test {

using Tensors = std::vector<at::Tensor>;

struct Operator {
  std::string name;
  std::vector<torchactiv::Input> inputs;
  std::vector<torchactiv::Argument> arguments;
  bool saves_output, in_place, periodic, has_defaults;

  bool is_parameter(std::size_t input) const { return inputs[input].role != torchactiv::Role::data; }
  bool has_parameters() const;
  bool has_coefficients() const;
  std::size_t data_count() const;  // of the inputs

  // With the default arguments.
  at::Tensor forward(const Tensors& inputs) const;
  at::Tensor forward_in_place(const at::Tensor& input) const;
  at::Tensor forward_out(const Tensors& inputs, const at::Tensor& out) const;
  Tensors backward(const at::Tensor& gradient, const Tensors& saved) const;
  Tensors double_backward(const Tensors& gradients, const at::Tensor& gradient, const Tensors& saved) const;

  // What backward reads.
  Tensors saved(const Tensors& inputs) const;
};

const std::vector<Operator>& operators();

// Operators that differ in what the machine does with them, one of each kind, for what is slow.
const std::vector<Operator>& operators_of_each_kind();

// Values on both sides of zero, of magnitude 0.1 to 5 or so, the same for a seed: away from the kinks of piecewise
// functions, and small enough that derivatives do not vanish.
at::Tensor sample(at::IntArrayRef shape, at::ScalarType type = at::kDouble, std::uint64_t seed = 0);

// One for each input; parameters have `parameter_shape`.
Tensors sample_inputs(const Operator& op, at::IntArrayRef shape, at::ScalarType type = at::kDouble,
                      at::IntArrayRef parameter_shape = {1});

// The integers as wide as a dtype.
at::ScalarType bits_of(at::ScalarType type);

::testing::AssertionResult same_bits(const at::Tensor& a, const at::Tensor& b);
::testing::AssertionResult near(const at::Tensor& result, const at::Tensor& expected, double relative, double absolute);

// What a sum over many elements may differ by when it is taken in another order, and rounded to `type`.
double summation_tolerance(at::ScalarType type);

constexpr at::ScalarType dtypes[] = {at::kFloat, at::kDouble, at::kBFloat16, at::kHalf};

class EveryOperator : public ::testing::TestWithParam<Operator> {
 protected:
  const Operator& op() const { return GetParam(); }
};

inline std::string name_of(const ::testing::TestParamInfo<Operator>& info) { return info.param.name; }
void PrintTo(const Operator& op, std::ostream* stream);

}  // namespace torchactiv_test

// Runs the tests of a suite derived from EveryOperator for each line of the catalogue.
#define FOR_EVERY_OPERATOR(Suite) \
  INSTANTIATE_TEST_SUITE_P(, Suite, ::testing::ValuesIn(torchactiv_test::operators()), torchactiv_test::name_of)

#define FOR_EACH_KIND(Suite)                                                                        \
  INSTANTIATE_TEST_SUITE_P(, Suite, ::testing::ValuesIn(torchactiv_test::operators_of_each_kind()), \
                           torchactiv_test::name_of)
