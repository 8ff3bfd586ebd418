// The tensors of a call on their way into a composition and out of it: the type that they are calculated in, and the
// shapes that results have.
#pragma once

#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/OpMathType.h>

#include "csrc/kernels/counted_directions.h"
#include "csrc/operators/arrangement.h"

namespace torchactiv {

// Half types are computed in float, or with floats in double where the kernels are, and rounded once.
template <class Op>
constexpr bool in_doubles = Op::forward_precision != Precision::floats || Op::partials_precision != Precision::floats;
template <class Op>
at::ScalarType compute_type(at::ScalarType type) {
  return in_doubles<Op> ? at::kDouble : at::toOpMathType(type);
}

inline std::vector<c10::SymInt> shape_of_all(TensorSpan tensors) {
  std::vector<c10::SymInt> shape = tensors[0].sym_sizes().vec();
  for (const at::Tensor& tensor : tensors.slice(1)) shape = at::infer_size_symint(shape, tensor.sym_sizes());
  return shape;
}

// Results summed to the shapes of the tensors that they belong to; constant ones reach the whole shape before.
inline Tensors fitted(TensorSpan results, const Arrangement& call) {
  const std::vector<c10::SymInt> shape = shape_of_all(call.inputs);
  Tensors fitted;
  for (std::size_t i = 0; i < results.size(); ++i)
    fitted.push_back(results[i]
                         .expand_symint(shape)
                         .sum_to_size_symint(call.aligned[i].sym_sizes())
                         .reshape_symint(call.like[i].sym_sizes())
                         .to(call.like[i].scalar_type()));
  return fitted;
}

}  // namespace torchactiv
