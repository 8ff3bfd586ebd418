// What is exact: tests/python/references.py in C++, independent of the kernels and of ops/.
#pragma once

#include <vector>

namespace accuracy {

// An input or an argument, and the values of it that are asked for beside the default.
struct Variable {
  const char* name;
  std::vector<double> samples;
};

// Outputs are the value, then the partial derivative with respect to each input.
struct Reference {
  const char* name;
  std::vector<Variable> inputs, arguments;
  void (*block)(const double* const* inputs, const double* arguments, int n, double* const* outputs);
  void (*point)(const long double* inputs, const long double* arguments, long double* outputs);
};

constexpr int most_variables = 16;

// Null if references.py has no such row.
const Reference* find_reference(const char* name);

// One output, in long double. At infinities the limit; NaN if there is none.
long double exact(const Reference& reference, const double* inputs, const double* arguments, int output);

}  // namespace accuracy
