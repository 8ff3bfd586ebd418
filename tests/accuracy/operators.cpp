#include "tests/accuracy/operators.h"

#include <cmath>
#include <stdexcept>

#include "headers.inc"
#include "ops/card.h"

#if defined(__x86_64__)
#define OPERATOR(name, Struct)                 \
  namespace torchactiv {                       \
  namespace baseline {                         \
  extern const OperatorKernels name##_kernels; \
  }                                            \
  namespace avx2 {                             \
  extern const OperatorKernels name##_kernels; \
  }                                            \
  namespace avx512 {                           \
  extern const OperatorKernels name##_kernels; \
  }                                            \
  }
#define KERNELS(name) \
  {&torchactiv::baseline::name##_kernels, &torchactiv::avx2::name##_kernels, &torchactiv::avx512::name##_kernels}
#else
#define OPERATOR(name, Struct)                 \
  namespace torchactiv::baseline {             \
  extern const OperatorKernels name##_kernels; \
  }
#define KERNELS(name) {&torchactiv::baseline::name##_kernels}
#endif
#include "ops/catalogue.h"
#undef OPERATOR

namespace accuracy {
namespace {

void require(bool condition, const std::string& message) {
  if (!condition) throw std::runtime_error(message);
}

// A coefficient's name in a row.
std::string numbered(std::string_view name, int k) { return std::string(name) + std::to_string(k); }

template <class Op>
constexpr bool has_coefficients = [] {
  bool any = false;
  for (const torchactiv::Input& input : Op::inputs) any |= input.role == torchactiv::Role::coefficients;
  return any;
}();

// Names and defaults come from the operator's card, which the row must fit; its mathematics is not looked at.
template <class Op>
Operator describe(const char* name, std::array<const torchactiv::OperatorKernels*, capability_count> kernels) {
  const std::string prefix = std::string("tests/python/references.py: ") + name + ": ";
  const Reference* reference = find_reference(name);
  require(reference != nullptr, prefix + "no such row");
  require(reference->arguments.size() == Op::arguments.size(), prefix + "wrong number of arguments");
  require(reference->inputs.size() + Op::arguments.size() < most_variables, prefix + "too many inputs and arguments");

  Operator result{reference,
                  kernels,
                  Op::saved == torchactiv::Saved::output,
                  Op::card.family == torchactiv::Family::periodic,
                  Op::largest_error,
                  {},
                  {},
                  {},
                  false};
  result.counts.inputs = static_cast<int>(Op::inputs.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < Op::inputs.size(); ++i) {
    const torchactiv::Input& input = Op::inputs[i];
    if (input.role == torchactiv::Role::coefficients) {
      for (int k = 0; next < reference->inputs.size() && reference->inputs[next].name == numbered(input.name, k); ++k)
        result.inputs.push_back(reference->inputs[next++].samples), ++result.counts.count[i];
      require(result.counts.count[i] > 0, prefix + "no " + numbered(input.name, 0));
      continue;
    }
    require(next < reference->inputs.size(), prefix + "no " + std::string(input.name));
    const Variable& row = reference->inputs[next++];
    result.counts.count[i] = 1;
    if (i == 0) continue;
    require(row.name == input.name, prefix + row.name + " is called " + std::string(input.name));
    result.inputs.push_back(row.samples);
    if (input.role == torchactiv::Role::parameter)
      result.inputs.back().insert(result.inputs.back().begin(), input.initial);
  }
  require(next == reference->inputs.size(), prefix + "wrong number of inputs");
  result.counted = has_coefficients<Op>;
  for (std::size_t i = 0; i < Op::arguments.size(); ++i) {
    const Variable& row = reference->arguments[i];
    require(row.name == Op::arguments[i].name, prefix + row.name + " is called " + std::string(Op::arguments[i].name));
    result.arguments.push_back(row.samples);
    const double default_value = Op::arguments[i].default_value;
    if (!std::isnan(default_value)) result.arguments.back().insert(result.arguments.back().begin(), default_value);
  }
  return result;
}

}  // namespace

std::array<Capability, capability_count> capabilities() {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  return {{{"baseline", true}, {"avx2", avx2}, {"avx512", avx512}}};
#else
  return {{{"baseline", true}}};
#endif
}

std::vector<Operator> operators() {
  return {
#define OPERATOR(name, Struct) describe<torchactiv::Struct>(#name, {KERNELS(name)}),
#include "ops/catalogue.h"
#undef OPERATOR
  };
}

}  // namespace accuracy
