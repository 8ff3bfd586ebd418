#include "csrc/operators/combinations.h"

#include <map>
#include <memory>

#include "csrc/operators/activations.h"
#include "csrc/operators/signature.h"

namespace torchactiv {
namespace {

struct Directions {
  DirectionFunctions forward, backward, double_backward;
};
struct FusedDirections {
  const MapKernel *forward = nullptr, *backward = nullptr;  // by Element
  bool sums_gradients = false;                              // as OperatorKernels'
};

template <class Formula>
Directions directions();
// The loops that the activation has for the formula itself.
template <class Formula>
FusedDirections fused(const FusedLoops&) {
  return {};
}

template <>
Directions directions<Gated>() {
  const CombinationFunctions& f = combination_functions();
  return {f.gated_forward, f.gated_backward, f.gated_double_backward};
}
template <>
FusedDirections fused<Gated>(const FusedLoops& loops) {
  return {loops.gated_forward, loops.gated_backward};
}

template <>
Directions directions<BiasAct>() {
  const CombinationFunctions& f = combination_functions();
  return {f.biased_forward, f.biased_backward, f.biased_double_backward};
}
template <>
FusedDirections fused<BiasAct>(const FusedLoops& loops) {
  return {loops.biased_forward, loops.biased_backward, true};
}

template <>
Directions directions<GatedBias>() {
  const CombinationFunctions& f = combination_functions();
  return {f.biased_gate_forward, f.biased_gate_backward, f.biased_gate_double_backward};
}
template <>
Directions directions<Taaf>() {
  const CombinationFunctions& f = combination_functions();
  return {f.scaled_forward, f.scaled_backward, f.scaled_double_backward};
}

// The kernels of a formula: those that the activation has for it, or else the formula's around those of the activation,
// which point to each other, and so stay where they are.
class CombinedKernels {
 public:
  CombinedKernels(const Directions& directions, const FusedDirections& fused, const Operator& activation) {
    fill_context(floats_, activation, Element::float32);
    fill_context(doubles_, activation, Element::float64);
    fill(kernels_.forward, staged_[0], directions.forward);
    fill(kernels_.backward, staged_[1], directions.backward);
    fill(kernels_.double_backward, staged_[2], directions.double_backward);
    replace(kernels_.forward, fused.forward);
    replace(kernels_.backward, fused.backward);
    kernels_.sums_gradients = fused.sums_gradients && fused.backward[static_cast<int>(Element::float32)].function;
  }
  CombinedKernels(const CombinedKernels&) = delete;

  const OperatorKernels& kernels() const { return kernels_; }

 private:
  static void fill_context(CombinationContext& context, const Operator& activation, Element element) {
    const auto e = static_cast<int>(element);
    const OperatorKernels& k = *activation.kernels;
    context = {k.forward[e], k.backward[e], k.forward_backward[e], k.double_backward[e],
               activation.saved == Saved::output};
  }
  void fill(MapKernel (&kernels)[element_count], StagedContext& staged, const DirectionFunctions& functions) {
    const auto set = [&](Element element, MapKernel kernel) { kernels[static_cast<int>(element)] = kernel; };
    staged = {{functions.floats, &floats_}, functions.lanes, functions.outputs, functions.operands};
    set(Element::float32, staged.kernel);
    set(Element::float64, {functions.doubles, &doubles_});
    set(Element::bfloat16, {combination_functions().staged_bfloat16, &staged});
    set(Element::float16, {combination_functions().staged_float16, &staged});
  }

  static void replace(MapKernel (&kernels)[element_count], const MapKernel* fused) {
    for (int e = 0; e < element_count && fused; ++e)
      if (fused[e].function) kernels[e] = fused[e];
  }

  CombinationContext floats_, doubles_;
  StagedContext staged_[3];
  OperatorKernels kernels_{};
};

// An operator of the catalogue that is the formula with that activation, and rounds once.
template <class Formula>
const Operator* whole(std::string_view activation) {
  if constexpr (std::is_same_v<Formula, Gated>) {
    if (activation == Silu::card.name) return &operator_of<SwiGlu>();
    if (activation == Sigmoid::card.name) return &operator_of<SigmoidGlu>();
  }
  return nullptr;
}

Card named(Card card, std::string_view name) {
  card.name = name;
  return card;
}

template <class Formula>
constexpr std::size_t inputs_of = Formula::inputs.size();
template <class Formula>
Call forward_of(std::string_view activation = {}) {
  return {signature_of<Combined<Count<1>, Count<inputs_of<Formula>>>>, Formula::name, "", activation};
}
template <class Formula>
Call forward_out_of(std::string_view activation = {}) {
  return {signature_of<CombinedOut<Count<inputs_of<Formula>>>>, Formula::name, "out", activation};
}
template <class Formula>
Call backward_of(std::string_view activation = {}) {
  constexpr std::size_t n = inputs_of<Formula>;
  return {signature_of<Combined<Count<n>, Count<1 + n>>>, std::string(Formula::name) + "_backward", "", activation};
}
template <class Formula>
Call double_backward_of(std::string_view activation = {}) {
  constexpr std::size_t n = inputs_of<Formula>;
  return {signature_of<Combined<Count<1 + n>, Count<1 + 2 * n>>>, std::string(Formula::name) + "_double_backward", "",
          activation};
}

template <class Formula>
CombinationSchema schema_of() {
  return {Formula::name,         Formula::default_activation, Formula::inputs,        combination_of<Formula>,
          forward_of<Formula>(), forward_out_of<Formula>(),   backward_of<Formula>(), double_backward_of<Formula>()};
}

template <class Formula>
struct Combination {
  explicit Combination(const Operator& activation)
      : kernels(directions<Formula>(), fused<Formula>(activation.kernels->fused), activation),
        op{.card = named(activation.card, Formula::name),
           .inputs = Formula::inputs,
           .arguments = activation.arguments,
           .objection = activation.objection,
           .objection_to_counts = nullptr,
           .saved = Saved::inputs,
           .in_place = false,
           .kernels = whole<Formula>(activation.card.name) ? whole<Formula>(activation.card.name)->kernels
                                                           : &kernels.kernels(),
           .activation = &activation,
           .forward = forward_of<Formula>(activation.card.name),
           .forward_in_place = {},
           .forward_out = forward_out_of<Formula>(activation.card.name),
           .backward = backward_of<Formula>(activation.card.name),
           .double_backward = double_backward_of<Formula>(activation.card.name),
           .composite = combination_composite_of<Formula>()} {}

  CombinedKernels kernels;
  Operator op;
};

}  // namespace

std::vector<double> with_defaults(std::string_view function, const Operator& activation, ArgumentSpan arguments) {
  if (arguments.size() == activation.arguments.size()) return arguments.vec();
  std::vector<double> values;
  for (const Argument& argument : activation.arguments) values.push_back(argument.default_value);
  bool complete = true;
  for (const double value : values) complete &= value == value;
  TORCH_CHECK_VALUE(arguments.empty() && complete, function, ": ", activation.card.name, " takes ",
                    activation.arguments.size(), " numbers, got ", arguments.size(), " in arguments");
  return values;
}

template <class Formula>
const Operator& combination_of(std::string_view activation) {
  static const auto combinations = [] {
    std::map<std::string_view, std::unique_ptr<Combination<Formula>>> all;
    for_each_activation([&]<class Op>() {
      if constexpr (Op::inputs.size() == 1)
        all.emplace(Op::card.name, std::make_unique<Combination<Formula>>(operator_of<Op>()));
    });
    return all;
  }();
  const auto found = combinations.find(operator_name(activation));
  TORCH_CHECK_VALUE(found != combinations.end(), Formula::name,
                    ": activation must name an operator of one tensor, got '", activation, "'");
  return found->second->op;
}

template const Operator& combination_of<Gated>(std::string_view);
template const Operator& combination_of<BiasAct>(std::string_view);
template const Operator& combination_of<GatedBias>(std::string_view);
template const Operator& combination_of<Taaf>(std::string_view);

const std::vector<CombinationSchema>& combination_schemas() {
  static const std::vector<CombinationSchema> all{schema_of<Gated>(), schema_of<BiasAct>(), schema_of<GatedBias>(),
                                                  schema_of<Taaf>()};
  return all;
}

}  // namespace torchactiv
