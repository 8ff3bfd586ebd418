// What an activation says about itself; everything that is not mathematics (schema, Python function,
// module, documentation, tests, benchmarks) is derived from this.
#pragma once

#include <array>
#include <limits>
#include <span>
#include <string_view>

namespace torchactiv {

// What a tensor argument is: data flows through the network; a parameter is learned, and broadcasts
// against the data (one element, one per channel, or any shape that broadcasts). Coefficients are any number of such
// parameters in one tensor, whose first dimension counts them.
enum class Role { data, parameter, coefficients };

struct Input {
  std::string_view name = "input";
  Role role = Role::data;
  double initial = 0;                     // of a parameter: the value that the module starts from
  std::span<const double> initials = {};  // of coefficients: likewise
  bool shared = false;                    // of a parameter: whether the module has one for all channels
};

// The numbers for one element of the data: those of one tensor of coefficients.
template <class N>
using Coefficients = std::span<const N>;

// A plain number, the same for every element.
struct Argument {
  std::string_view name;
  double default_value;  // or `required`
};
constexpr double required = std::numeric_limits<double>::quiet_NaN();

// What is wrong with the arguments, if anything: the user gets a RuntimeError, or a ValueError.
struct Objection {
  std::string_view reason = "";
  bool value_error = false;
};

// Which tensor backward reads, and so what autograd keeps alive. Derivatives of an operator with
// Saved::output are functions of its result.
enum class Saved { inputs, output };

// Which arguments the repr of a module shows, as PyTorch's does: name=value, the values alone, or none.
enum class Repr { names, values, nothing };

// What floats (float32) are computed in: floats, with Wide<N> for more precision, or doubles; and the 16-bit types:
// floats without a Wide<N>, unless a formula loses more digits than these have to spare, in which case as floats are.
enum class Precision { floats, floats_for_all, doubles, doubles_for_all };

// How the catalogue groups activations.
enum class Family { rectifier, self_gated, squashing, shrinkage, periodic, gated, other };

// With the default arguments and initial parameters.
struct Properties {
  bool bounded = false;     // from both sides
  bool monotonic = false;   // nowhere decreasing
  bool smooth = false;      // all derivatives exist everywhere
  bool both_signs = false;  // values are negative and positive
};

struct Card {
  std::string_view name;          // of the operator: torch.ops.torchactiv.<name>
  std::string_view module;        // of the class in torchactiv.nn
  std::string_view title;         // what people call it
  std::string_view aliases = "";  // other names that libraries have for the function, separated by spaces
  Family family;
  Properties properties = {};
  std::string_view formula;     // LaTeX
  std::string_view derivative;  // LaTeX, one expression per input, separated by "; "
  std::string_view notes;       // conventions at kinks and infinities, one sentence or more
  std::string_view source;      // authors and year, title, arXiv number or publisher
};

// What most activations have in common; one that differs declares its own member of the same name.
struct Activation {
  static constexpr std::array inputs{Input{}};
  static constexpr std::array<Argument, 0> arguments{};
  static constexpr Saved saved = Saved::inputs;
  // Whether partials() give the same of the output as of the input, so that a call in place, which has no input left,
  // needs no copy of it.
  static constexpr bool partials_of_output = false;
  static constexpr Precision forward_precision = Precision::floats, partials_precision = Precision::floats;
  // Whether floats and 16-bit types are computed in floats, whatever the precisions say, where the instruction set has
  // a fused multiply-add, or where tables fit into registers as well; but not for second derivatives.
  static constexpr bool floats_where_fused = false, floats_where_tabled = false;
  // The largest error of a float's value that is allowed, in ulp: more than 1 only where that would cost its speed.
  static constexpr double largest_error = 1;
  static constexpr bool in_place = true;          // whether <name>_ exists: the result may overwrite the first input
  static constexpr bool inplace_argument = true;  // whether the Python function and module take inplace=, as in PyTorch
  static constexpr bool out_argument = false;     // whether the Python function takes out=, as in PyTorch
  static constexpr Objection objection(auto...) { return {}; }  // to the values of the arguments
  // To how many coefficients there are, tensor by tensor.
  static constexpr Objection objection_to_counts(std::span<const int>) { return {}; }
  static constexpr Repr repr = Repr::names;
  // Of an activation with parameters: the dimension of the first input that those of one dimension lie along, by
  // default, and whether function and module are PyTorch's, which takes no dimension and has no defaults for
  // parameters.
  static constexpr int dim = 1;
  static constexpr bool drop_in = false;
  static constexpr bool masks_gradient = false;  // whether a slope of zero stops infinite and NaN gradients as well

  // A strictly increasing one may have an `inverse`, of its value and the arguments, so that training can do without
  // the input (batch_norm_act): for the arguments that are `invertible`. `invertible_halves` is for those whose slope
  // is nowhere so small that 16 bits of the value tell little of the input.
  static constexpr bool invertible(auto...) { return true; }
  static constexpr bool invertible_halves = false;

  // Whether f(gate) up and f(x + bias) have loops of their own (csrc/kernels/fused_directions.h): for those of one
  // input that networks have there.
  static constexpr bool has_fused_gate = false, has_fused_bias = false;
  // The same behind a normalisation (csrc/kernels/fused_normalisation.h, fused_elements.h), for those computed in
  // floats, which gelu is by tables; and whether the slope, pieces of lines, is computed again in less time than it is
  // read. The second derivative is computed in floats then.
  static constexpr bool has_fused_normalisation = false, has_cheap_slope = false;

  // Whether the module may learn the logarithms of its parameters, which are positive then, as BigVGAN's does.
  static constexpr bool has_logscale = false;

  // What only some have, and is no default here:
  // - `value_and_slope`, of the arguments of `forward`: gives both f and f', where one of one input shares work between
  //   them; products in which an activation stands (gated) use it.
  // - `Prepared`: what follows from the parameters alone, which a second `forward` and `partials` take in their place
  //   (csrc/kernels/directions.h).
  // - `scaled_partials`, of one with coefficients: partials() times a factor, in less than a multiplication of each
  //   (csrc/kernels/counted_directions.h).
};

// The derivatives with respect to each tensor argument, in order. Where there are coefficients, partials() writes them
// to its first argument instead, N*, in the same order, one for each coefficient.
template <class N, int count>
using Partials = std::array<N, count>;

}  // namespace torchactiv
