// Dispatch key CompositeExplicitAutograd: any device without kernels of its own, from the same headers in ops/.
#include "csrc/composite/call_tensors.h"
#include "csrc/composite/tensor_number.h"
#include "csrc/composite/triple_backward.h"
#include "csrc/operators/activations.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/coefficients.h"
#include "csrc/operators/registration.h"

namespace torchactiv {
namespace {

template <class Op, class Direction, class Counted>
Tensors evaluate(TensorSpan inputs, const Counts& counts, at::ScalarType type, ArgumentSpan arguments) {
  std::array<TensorNumber, TORCHACTIV_ISA::has_coefficients<Op> ? most_operands : Direction::inputs> numbers;
  for (std::size_t i = 0; i < inputs.size(); ++i) numbers[i] = TensorNumber(inputs[i].to(compute_type<Op>(type)));
  std::vector<TensorNumber> results;
  if constexpr (TORCHACTIV_ISA::has_coefficients<Op>) {
    results.resize(static_cast<std::size_t>(Counted::outputs(counts)));
    Counted::evaluate(counts, numbers.data(), results.data(), arguments.data());
  } else {
    const auto all = Direction::evaluate(numbers, arguments.data());
    results.assign(all.begin(), all.end());
  }
  Tensors outputs;
  for (const TensorNumber& result : results) outputs.push_back(result.tensor_like(numbers[0].tensor()));
  return outputs;
}

template <class Op>
Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
  check_inputs(op, inputs);
  check_arguments(op, arguments);
  const at::ScalarType type = result_type(op, inputs);
  Tensors outputs = evaluate<Op, TORCHACTIV_ISA::Forward<Op>, TORCHACTIV_ISA::CountedForward<Op>>(
      align_parameters(op, inputs), counts_of(op, inputs), type, arguments);
  return {outputs[0].to(type)};
}

template <class Op, class Direction, class Counted>
Tensors gradients(const Operator& op, const Arrangement& call, ArgumentSpan arguments) {
  const Tensors outputs =
      fitted(evaluate<Op, Direction, Counted>(call.inputs, call.counts, call.type, arguments), call);
  if (!op.has_coefficients()) return outputs;
  return join_coefficients(op, call.counts, outputs, outputs.size() - static_cast<std::size_t>(call.counts.total()));
}

template <class Op>
Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
  return gradients<Op, TORCHACTIV_ISA::Backward<Op>, TORCHACTIV_ISA::CountedBackward<Op>>(
      op, arrange_backward(op, tensors), arguments);
}

template <class Op>
Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
  return gradients<Op, TORCHACTIV_ISA::DoubleBackward<Op>, TORCHACTIV_ISA::CountedDoubleBackward<Op>>(
      op, arrange_double_backward(op, tensors), arguments);
}

// In the type of y.
template <class Op>
Tensors inverse(const Operator&, TensorSpan y, ArgumentSpan arguments) {
  const TensorNumber number(y[0]);
  return {TORCHACTIV_ISA::Inverse<Op>::evaluate(std::array{number}, arguments.data())[0].tensor_like(y[0])};
}

template <class Op>
constexpr Composite::Function inverse_of() {
  if constexpr (TORCHACTIV_ISA::HasInverse<Op>)
    return inverse<Op>;
  else
    return nullptr;
}

struct CompositeBackend {
  static Tensors forward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    return op.composite.forward(op, tensors, arguments);
  }
  static Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    return op.composite.backward(op, tensors, arguments);
  }
  static Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    return op.composite.double_backward(op, tensors, arguments);
  }
  static Tensors in_place(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    check_inputs(op, tensors);
    check_in_place(op, tensors[0]);
    return {at::Tensor(tensors[0]).copy_(op.composite.forward(op, tensors, arguments)[0])};
  }
  static Tensors out(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
    const TensorSpan inputs = tensors.slice(0, tensors.size() - 1);
    check_inputs(op, inputs);
    check_out(op, inputs, result_type(op, inputs), tensors.back());
    const at::Tensor result = op.composite.forward(op, inputs, arguments)[0];
    at::Tensor out = tensors.back();
    out.resize_(result.sizes()).copy_(result);
    return {out};
  }
};

}  // namespace

#define OPERATOR(name, Op)                                                                               \
  template <>                                                                                            \
  Composite composite_of<Op>() {                                                                         \
    return {forward<Op>, backward<Op>, double_backward<Op>, triple_backward_of<Op>(), inverse_of<Op>()}; \
  }
#include "ops/catalogue.h"
#undef OPERATOR

namespace {

const Registration registration(c10::DispatchKey::CompositeExplicitAutograd,
                                {.forward = without_keys<CompositeBackend::forward>,
                                 .in_place = without_keys<CompositeBackend::in_place>,
                                 .out = without_keys<CompositeBackend::out>,
                                 .backward = without_keys<CompositeBackend::backward>,
                                 .double_backward = without_keys<CompositeBackend::double_backward>});

}  // namespace
}  // namespace torchactiv
