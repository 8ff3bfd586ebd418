// PyTorch's own functions, which are measured beside the kernels.
#pragma once

#include <string>
#include <vector>

#include "csrc/kernels/table.h"

namespace accuracy {

struct Builtin;

// Null if PyTorch has none.
const Builtin* find_builtin(const std::string& name);

// Calculates n results of the value and, if asked for, of the partial derivatives for a gradient of one.
void call(const Builtin& builtin, torchactiv::Element element, const std::vector<void*>& inputs, int n,
          const std::vector<double>& arguments, bool derivatives, const std::vector<void*>& results);

// Its version and the instruction set that it uses here.
std::string describe_pytorch();

}  // namespace accuracy
