// The operators of the catalogue: their kernels for this CPU, and how the dispatcher calls them.
#include <ATen/Version.h>

#include "csrc/operators/activations.h"
#include "csrc/operators/signature.h"

namespace torchactiv {

// Defined by the translation units that the build makes for each operator and instruction set.
#define OPERATOR(name, Op)                     \
  namespace baseline {                         \
  extern const OperatorKernels name##_kernels; \
  }                                            \
  namespace avx2 {                             \
  extern const OperatorKernels name##_kernels; \
  }                                            \
  namespace avx512 {                           \
  extern const OperatorKernels name##_kernels; \
  }
#include "ops/catalogue.h"
#undef OPERATOR

namespace baseline {
extern const BlockFunctions block_functions;
extern const CombinationFunctions combination_functions;
extern const NormalisationFunctions normalisation_functions;
extern const RowNormFunctions row_norm_functions;
}  // namespace baseline
namespace avx2 {
extern const BlockFunctions block_functions;
extern const CombinationFunctions combination_functions;
extern const NormalisationFunctions normalisation_functions;
extern const RowNormFunctions row_norm_functions;
}  // namespace avx2
namespace avx512 {
extern const BlockFunctions block_functions;
extern const CombinationFunctions combination_functions;
extern const NormalisationFunctions normalisation_functions;
extern const RowNormFunctions row_norm_functions;
}  // namespace avx512

#define OPERATOR(name, Op) \
  template <>              \
  Composite composite_of<Op>();
#include "ops/catalogue.h"
#undef OPERATOR

namespace {

enum class Capability { baseline, avx2, avx512 };

// What PyTorch uses (the CPU's, or less if ATEN_CPU_CAPABILITY says so), but never more than the CPU has.
Capability find_capability() {
#ifdef TORCHACTIV_X86
  const std::string used = at::get_cpu_capability();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx512 && used.starts_with("AVX512")) return Capability::avx512;
  if (avx2 && used.starts_with("AVX")) return Capability::avx2;
#endif
  return Capability::baseline;
}

template <class T>
const T* pick(const T* baseline, [[maybe_unused]] const T* avx2, [[maybe_unused]] const T* avx512) {
  static const Capability capability = find_capability();
  switch (capability) {
    case Capability::avx512:
      return avx512;
    case Capability::avx2:
      return avx2;
    default:
      return baseline;
  }
}

template <class Op>
Objection objection(ArgumentSpan values) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return Op::objection(values[i]...);
  }(std::make_index_sequence<Op::arguments.size()>{});
}

template <class Op>
bool invertible(ArgumentSpan values) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return Op::invertible(values[i]...);
  }(std::make_index_sequence<Op::arguments.size()>{});
}

template <class Op>
Operator make_operator(const OperatorKernels* kernels) {
  constexpr std::size_t inputs = Op::inputs.size(), saved = Op::saved == Saved::inputs ? inputs : 1;
  using Arguments = Count<Op::arguments.size()>;
  const std::string name(Op::card.name);
  Operator op{.card = Op::card,
              .inputs = Op::inputs,
              .arguments = Op::arguments,
              .objection = objection<Op>,
              .objection_to_counts = has_coefficients(Op::inputs) ? Op::objection_to_counts : nullptr,
              .invertible = kernels->inverse[0].function ? invertible<Op> : nullptr,
              .invertible_halves = Op::invertible_halves,
              .saved = Op::saved,
              .partials_of_output = Op::partials_of_output,
              .in_place = Op::in_place,
              .kernels = kernels,
              .activation = nullptr,
              .forward = {signature_of<Functional<Count<1>, Count<inputs>, Arguments>>, name},
              .forward_in_place = {},
              .forward_out = {signature_of<Out<Count<inputs>, Arguments>>, name, "out"},
              .backward = {signature_of<Functional<Count<inputs>, Count<1 + saved>, Arguments>>, name + "_backward"},
              .double_backward = {signature_of<Functional<Count<1 + saved>, Count<1 + 2 * saved>, Arguments>>,
                                  name + "_double_backward"},
              .composite = composite_of<Op>()};
  if constexpr (Op::in_place) op.forward_in_place = {signature_of<InPlace<Arguments>>, name + "_"};
  return op;
}

}  // namespace

#ifdef TORCHACTIV_X86
#define TORCHACTIV_PICK(name) pick(&baseline::name, &avx2::name, &avx512::name)
#else
#define TORCHACTIV_PICK(name) pick(&baseline::name, decltype(&baseline::name){}, decltype(&baseline::name){})
#endif

const CombinationFunctions& combination_functions() {
  static const CombinationFunctions* const functions = TORCHACTIV_PICK(combination_functions);
  return *functions;
}

const NormalisationFunctions& normalisation_functions() {
  static const NormalisationFunctions* const functions = TORCHACTIV_PICK(normalisation_functions);
  return *functions;
}

const RowNormFunctions& row_norm_functions() {
  static const RowNormFunctions* const functions = TORCHACTIV_PICK(row_norm_functions);
  return *functions;
}

const BlockFunctions& block_functions() {
  static const BlockFunctions* const functions = TORCHACTIV_PICK(block_functions);
  return *functions;
}

#define OPERATOR(name, Op)                                                         \
  template <>                                                                      \
  const Operator& operator_of<Op>() {                                              \
    static const Operator op = make_operator<Op>(TORCHACTIV_PICK(name##_kernels)); \
    return op;                                                                     \
  }
#include "ops/catalogue.h"
#undef OPERATOR

const std::vector<const Operator*>& operators() {
  static const std::vector<const Operator*> all{
#define OPERATOR(name, Op) &operator_of<Op>(),
#include "ops/catalogue.h"
#undef OPERATOR
  };
  return all;
}

}  // namespace torchactiv
