// Formulas in which an activation stands, named when they are called: one operator for each formula and activation, as
// all others are, behind one schema for each formula.
#pragma once

#include <array>
#include <string_view>

#include "csrc/operators/operator.h"

namespace torchactiv {

// f(gate) up
struct Gated {
  static constexpr const char *name = "gated", *default_activation = "silu";
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}};
};

// f(input + bias)
struct BiasAct {
  static constexpr const char *name = "bias_act", *default_activation = "gelu_erf";
  static constexpr std::array inputs{Input{}, Input{"bias", Role::parameter}};
};

// Calls visit.operator()<Formula>() for each.
template <class Visitor>
void for_each_combination(Visitor&& visit) {
  visit.template operator()<Gated>();
  visit.template operator()<BiasAct>();
}

// The operator of the formula with that activation, an operator of the catalogue with one tensor. A ValueError where
// there is none of that name.
template <class Formula>
const Operator& combination_of(std::string_view activation);

// Defined in csrc/composite/combinations.cpp.
template <class Formula>
Composite combination_composite_of();
template <>
Composite combination_composite_of<Gated>();
template <>
Composite combination_composite_of<BiasAct>();

}  // namespace torchactiv
