// What differentiates double backward: jets of jets give the third derivatives of an activation.
#pragma once

#include <vector>

#include "csrc/composite/tensor_number.h"
#include "csrc/kernels/directions.h"
#include "csrc/operators/arrangement.h"

namespace torchactiv {

using JetOfJet = Jet<Jet<TensorNumber>>;
using JetsOfJets = std::vector<JetOfJet>;

// Double backward of csrc/kernels/directions.h is, of v, g and s, sum_i v_i f_i and g sum_i v_i f_ij. With a_0 and a_j
// the gradients that arrive for these, the gradients of v, g and s are
//   a_0 f_i + g sum_j a_j f_ij,   sum_ij a_j v_i f_ij,   a_0 sum_i v_i f_im + g sum_ij a_j v_i f_ijm,
// of which partials give each sum as a tangent along v, along a, or along both. `partials` takes jets of jets of s.
template <class Op, class Partials>
Tensors triple_backward(const TripleArrangement& call, at::ScalarType type, Partials partials) {
  using TORCHACTIV_ISA::chain;
  const auto number = [type](const at::Tensor& tensor) {
    return tensor.defined() ? TensorNumber(tensor.to(type)) : TensorNumber(0.0);
  };
  const std::size_t n = call.arriving.size() - 1;
  const TensorNumber for_g = number(call.arriving[0]), g = number(call.inputs[n]);
  JetsOfJets jets(n);
  for (std::size_t i = 0; i < n; ++i)
    jets[i] = {{number(call.inputs[n + 1 + i]), number(call.inputs[i])},
               {number(call.arriving[1 + i]), TensorNumber(0.0)}};
  const JetsOfJets slopes = partials(jets);

  std::vector<TensorNumber> result(1 + 2 * n, TensorNumber(0.0));
  for (std::size_t i = 0; i < n; ++i) {
    const Jet<TensorNumber>&slope = slopes[i].value, &along = slopes[i].tangent;
    result[i] = chain<Op>(for_g, slope.value) + chain<Op>(g, along.value);
    result[n] = result[n] + TORCHACTIV_ISA::along<Op>(jets[i].value.tangent, along.value, static_cast<int>(n));
    result[n + 1 + i] = chain<Op>(for_g, slope.tangent) + chain<Op>(g, along.tangent);
  }
  const at::Tensor like = call.inputs[0].to(type);
  Tensors tensors;
  for (const TensorNumber& gradient : result) tensors.push_back(gradient.tensor_like(like));
  return tensors;
}

// Defined for each activation in csrc/composite/triple_backward.cpp.
template <class Op>
Composite::Function triple_backward_of();

}  // namespace torchactiv
