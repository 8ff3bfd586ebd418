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

// f(gate + gate_bias) (up + up_bias)
struct GatedBias {
  static constexpr const char *name = "gated_bias", *default_activation = "silu";
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}, Input{"gate_bias", Role::parameter},
                                     Input{"up_bias", Role::parameter}};
};

// alpha f(beta x + gamma) + delta
struct Taaf {
  static constexpr const char *name = "taaf", *default_activation = "tanh";
  static constexpr std::array inputs{Input{}, Input{"alpha", Role::parameter, 1}, Input{"beta", Role::parameter, 1},
                                     Input{"gamma", Role::parameter, 0}, Input{"delta", Role::parameter, 0}};
};

// The functions of a formula, which have its name, whatever the activation in it.
struct CombinationSchema {
  std::string name, default_activation;
  std::span<const Input> inputs;
  const Operator& (*find)(std::string_view activation);
  Call forward, forward_out, backward, double_backward;
};
const std::vector<CombinationSchema>& combination_schemas();

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
template <>
Composite combination_composite_of<GatedBias>();
template <>
Composite combination_composite_of<Taaf>();

}  // namespace torchactiv
