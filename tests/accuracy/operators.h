// What is measured: the operators of the catalogue with their kernels, and the references that belong to them.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "csrc/kernels/table.h"
#include "tests/accuracy/reference.h"

namespace accuracy {

// The instruction sets that the kernels are compiled for.
struct Capability {
  const char* name;
  bool available;  // on this CPU
};
#if defined(__x86_64__)
constexpr int capability_count = 3;
#else
constexpr int capability_count = 1;
#endif
std::array<Capability, capability_count> capabilities();

struct Operator {
  const Reference* reference;
  std::array<const torchactiv::OperatorKernels*, capability_count> kernels;
  bool saves_output;     // backward reads the result and not the inputs
  bool periodic;         // without tails
  double largest_error;  // of a float's value, in ulp
  // The values to measure at: of each input after the first and of each argument, the default coming first.
  std::vector<std::vector<double>> inputs, arguments;
  torchactiv::Counts counts{};  // of its tensors, where some are of coefficients:
  bool counted = false;

  // With the context that a kernel of coefficients wants.
  torchactiv::MapKernel bound(torchactiv::MapKernel kernel) const {
    if (counted) kernel.context = &counts;
    return kernel;
  }
};

// Throws std::runtime_error where an operator has no row in references.py, or one that does not fit it.
std::vector<Operator> operators();

}  // namespace accuracy
