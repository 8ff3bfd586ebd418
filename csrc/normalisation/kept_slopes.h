// Where the first pass of backward leaves s = g f'(u) for the second.
#pragma once

#include "csrc/normalisation/operand.h"

namespace torchactiv {

// Of loops with the activation. Slopes are kept where the gradient of a residual is, which they are; or where that of
// the input will be, if they are not cheap to compute again.
template <class T>
struct KeptSlopes {
  bool any;
  Operand<T> to, from;  // their place, and what the second pass reads: slopes, or g

  KeptSlopes(const FusedNormalisation& loops, const Operand<T>& g, const Operand<T>& dx, const Operand<T>& dr)
      : any(loops.keeps_slope || dr.exists()), to(dr.exists() ? dr : dx), from(any ? to : g) {}
};

}  // namespace torchactiv
