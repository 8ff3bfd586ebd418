#include "tests/accuracy/reference.h"

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "tests/accuracy/functions.h"

namespace accuracy {
namespace {

template <auto function, int input_count>
void block(const double* const* inputs, const double* arguments, int n, double* const* outputs) {
  for (int j = 0; j < n; ++j) {
    double in[input_count], out[1 + input_count];
    for (int i = 0; i < input_count; ++i) in[i] = inputs[i][j];
    function(in, arguments, out);
    for (int i = 0; i < 1 + input_count; ++i) outputs[i][j] = out[i];
  }
}

#include "references.inc"

// Every infinite input replaced by one that is merely huge.
long double near_infinity(const Reference& reference, const double* inputs, const long double* arguments, int output,
                          long double huge) {
  long double in[most_variables], out[most_variables];
  for (std::size_t i = 0; i < reference.inputs.size(); ++i)
    in[i] = std::isinf(inputs[i]) ? std::copysign(huge, static_cast<long double>(inputs[i])) : inputs[i];
  reference.point(in, arguments, out);
  return out[output];
}

}  // namespace

const Reference* find_reference(const char* name) {
  for (const Reference& reference : rows)
    if (reference.name == std::string_view(name)) return &reference;
  return nullptr;
}

// The limit, by the rule of exact() in tests/python/reference_language.py.
long double exact(const Reference& reference, const double* inputs, const double* arguments, int output) {
  long double widened[most_variables];
  for (std::size_t i = 0; i < reference.arguments.size(); ++i) widened[i] = arguments[i];
  const auto at = [&](long double huge) { return near_infinity(reference, inputs, widened, output, huge); };
  const long double value = at(std::numeric_limits<long double>::infinity());
  if (!std::isnan(value)) return value;
  const std::array values{at(0x1p1000L), at(0x2p1000L), at(0x3p1000L),  at(0x5p1000L),  at(0x7p1000L),
                          at(0xbp1000L), at(0xdp1000L), at(0x11p1000L), at(0x13p1000L), at(0x17p1000L)};
  bool large = true, small = true, equal = true;
  for (const long double a : values) {
    large &= std::fabs(a) >= 0x1p128L && std::signbit(a) == std::signbit(values[0]);
    small &= std::fabs(a) < 0x1p-200L;
    equal &= std::fabs(a - values[0]) <= std::fabs(values[0]) * 0x1p-40L;
  }
  if (large) return std::copysign(std::numeric_limits<long double>::infinity(), values[0]);
  if (small) return std::copysign(0.0L, values[0]);
  return equal ? values[0] : std::numeric_limits<long double>::quiet_NaN();
}

}  // namespace accuracy
