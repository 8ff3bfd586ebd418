// The numbers that an activation takes, in their order, of ones given by name: for TorchScript, which cannot look them
// up in Python's registry.
#include <ATen/core/Dict.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>

#include "csrc/operators/operator.h"

namespace torchactiv {
namespace {

const Operator& activation_named(std::string_view name) {
  const auto& all = operators();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Operator* op) { return op->card.name == operator_name(name); });
  TORCH_CHECK_VALUE(found != all.end(), "activation_arguments: activation must name an operator, got '", name, "'");
  return **found;
}

bool has_argument(const Operator& op, const std::string& name) {
  return std::any_of(op.arguments.begin(), op.arguments.end(), [&](const Argument& a) { return a.name == name; });
}

std::string names_of_arguments(const Operator& op) {
  std::string names;
  for (const Argument& argument : op.arguments) names += (names.empty() ? "" : ", ") + std::string(argument.name);
  return names.empty() ? "no arguments" : names;
}

std::vector<double> activation_arguments(c10::string_view activation, const c10::Dict<std::string, double>& given) {
  const Operator& op = activation_named(activation);
  for (const auto& entry : given)
    TORCH_CHECK_TYPE(has_argument(op, entry.key()), activation, " has no argument '", entry.key(), "'; it takes ",
                     names_of_arguments(op));
  std::vector<double> numbers;
  for (const auto& [name, default_value] : op.arguments) {
    const auto found = given.find(std::string(name));
    const bool is_given = found != given.end();
    TORCH_CHECK_TYPE(is_given || !std::isnan(default_value), activation, " needs its argument '", name, "'");
    numbers.push_back(is_given ? found->value() : default_value);
  }
  return numbers;
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_FRAGMENT(torchactiv, m) {
  const std::vector<at::Tag> tags{at::Tag::pt2_compliant_tag};
  m.def("activation_arguments(str activation, Dict(str, float) given) -> float[]", tags);
}
TORCH_LIBRARY_IMPL(torchactiv, CompositeImplicitAutograd, m) {
  m.impl("activation_arguments", torchactiv::activation_arguments);
}
