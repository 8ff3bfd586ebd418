// The gradients of double backward, of ATen's operators: autograd's third derivatives, and with its own of those the
// higher ones.
#include "csrc/composite/triple_backward.h"

#include "csrc/composite/call_tensors.h"
#include "csrc/operators/activations.h"
#include "csrc/operators/coefficients.h"

namespace torchactiv {
namespace {

template <class Op>
JetsOfJets partials(const Counts& counts, const JetsOfJets& jets, ArgumentSpan arguments) {
  JetsOfJets slopes(jets.size());
  if constexpr (TORCHACTIV_ISA::has_coefficients<Op>) {
    TORCHACTIV_ISA::partials<Op>(counts, jets.data(), arguments.data(), slopes.data());
  } else {
    std::array<JetOfJet, TORCHACTIV_ISA::saved_count<Op>> saved;
    std::copy(jets.begin(), jets.end(), saved.begin());
    std::ranges::copy(TORCHACTIV_ISA::partials<Op>(saved, arguments.data()), slopes.begin());
  }
  return slopes;
}

// The gradients of tensors that belong to the operator's inputs.
Tensors joined(const Operator& op, const Counts& counts, TensorSpan results) {
  const Tensors all(results.begin(), results.end());
  return op.has_coefficients() ? join_coefficients(op, counts, all, 0) : all;
}

template <class Op>
Tensors triple_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
  const TripleArrangement call = arrange_triple_backward(op, tensors);
  const Tensors outputs =
      fitted(triple_backward<Op>(call, compute_type<Op>(call.type),
                                 [&](const JetsOfJets& jets) { return partials<Op>(call.counts, jets, arguments); }),
             call);
  const std::size_t n = call.arriving.size() - 1;
  Tensors all = joined(op, call.counts, TensorSpan(outputs).slice(0, n));
  all.push_back(outputs[n]);
  all.append(joined(op, call.counts, TensorSpan(outputs).slice(n + 1)));
  return all;
}

}  // namespace

#define OPERATOR(name, Op)                       \
  template <>                                    \
  Composite::Function triple_backward_of<Op>() { \
    return triple_backward<Op>;                  \
  }
#include "ops/catalogue.h"
#undef OPERATOR

}  // namespace torchactiv
