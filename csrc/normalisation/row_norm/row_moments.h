// What a call keeps of the rows, for its backward.
#pragma once

#include "csrc/kernels/row_state.h"

namespace torchactiv {

// The moments of every row, which lie in tensors. Number is double, or const double where they are known.
template <class Number>
struct RowMoments {
  Number *mean, *variance;

  void set(std::int64_t row, const RowState& state) const { mean[row] = state.mean, variance[row] = state.variance; }
  RowState state(std::int64_t row, double eps) const { return RowState::of(mean[row], variance[row], eps); }
};

}  // namespace torchactiv
