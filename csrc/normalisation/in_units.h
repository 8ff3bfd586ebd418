// Normalisation whose derivatives are to be differentiated: those by the variance have 1 / deviation^3, which leaves
// the range of floats where no result does.
#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

namespace torchactiv {

// distance / deviation, and 1 / deviation.
struct InUnits {
  at::Tensor normalised, inverse;

  // Calculated in units of about the size of the distances. The results do not depend on the unit, which is a constant
  // to their derivatives.
  template <class Average>
  InUnits(const at::Tensor& distance, double eps, Average average) {
    const double root = std::sqrt(eps);
    const at::Tensor unit = average(distance.detach().abs()).clamp_min(std::max(root, 1e-30));
    const at::Tensor in_units = distance / unit, share = unit.reciprocal() * root;
    const at::Tensor of_units = (average(in_units * in_units) + share * share).rsqrt();
    normalised = in_units * of_units;
    inverse = of_units / unit;
  }
};

}  // namespace torchactiv
