// Dispatch key CompositeExplicitAutograd: any device without kernels of its own, from the same headers in ops/.
// Autograd uses these functions for the third and higher derivatives.
#include <ATen/ExpandUtils.h>

#include "csrc/composite/tensor_number.h"
#include "csrc/kernels/directions.h"
#include "csrc/operators/arrangement.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/entry_points.h"

namespace torchactiv {
namespace {

// Half types are computed in float, or with floats in double where the kernels are, and rounded once.
template <class Op>
constexpr bool in_doubles = Op::forward_precision != Precision::floats || Op::partials_precision != Precision::floats;
template <class Op>
at::ScalarType compute_type(at::ScalarType type) {
  if (in_doubles<Op>) return at::kDouble;
  return type == at::kHalf || type == at::kBFloat16 ? at::kFloat : type;
}

template <class Op, class Direction>
Tensors evaluate(TensorSpan inputs, at::ScalarType type, ArgumentSpan arguments) {
  std::array<TensorNumber, Direction::inputs> numbers;
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = TensorNumber(inputs[i].to(compute_type<Op>(type)));
  const auto results = Direction::evaluate(numbers, arguments.data());
  Tensors outputs;
  for (const TensorNumber& result : results) outputs.push_back(result.tensor_like(numbers[0].tensor()));
  return outputs;
}

// A gradient as large as all inputs together, summed to the shape of the tensor that it belongs to.
at::Tensor sum_to(const at::Tensor& gradient, const at::Tensor& aligned, const at::Tensor& like) {
  return gradient.sum_to_size_symint(aligned.sym_sizes()).reshape_symint(like.sym_sizes()).to(like.scalar_type());
}

template <class Op>
Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
  check_inputs(op, inputs);
  check_arguments(op, arguments);
  const at::ScalarType type = result_type(op, inputs);
  Tensors outputs = evaluate<Op, TORCHACTIV_ISA::Forward<Op>>(align_parameters(op, inputs), type, arguments);
  return {outputs[0].to(type)};
}

// Constant slopes must still reach the whole shape before they are summed.
at::Tensor spread(const at::Tensor& gradient, const Tensors& inputs) {
  std::vector<c10::SymInt> shape = gradient.sym_sizes().vec();
  for (const at::Tensor& input : inputs) shape = at::infer_size_symint(shape, input.sym_sizes());
  return gradient.expand_symint(shape);
}

template <class Direction, class Op>
Tensors gradients(const Arrangement& call, ArgumentSpan arguments) {
  Tensors outputs = evaluate<Op, Direction>(call.inputs, call.type, arguments);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    outputs[i] = sum_to(spread(outputs[i], call.inputs), call.aligned[i], call.like[i]);
  return outputs;
}

template <class Op>
Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
  return gradients<TORCHACTIV_ISA::Backward<Op>, Op>(arrange_backward(op, tensors), arguments);
}

template <class Op>
Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
  return gradients<TORCHACTIV_ISA::DoubleBackward<Op>, Op>(arrange_double_backward(op, tensors), arguments);
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

#define OPERATOR(name, Op)                                   \
  template <>                                                \
  Composite composite_of<Op>() {                             \
    return {forward<Op>, backward<Op>, double_backward<Op>}; \
  }
#include "ops/catalogue.h"
#undef OPERATOR

}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CompositeExplicitAutograd, m) {
  torchactiv::register_functional<torchactiv::CompositeBackend>(m);
  torchactiv::register_writing<torchactiv::CompositeBackend>(m);
}
