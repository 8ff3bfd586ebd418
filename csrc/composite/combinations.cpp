// Combinations (csrc/operators/combinations.h) of ATen's operators and of their activation's composite.
#include "csrc/operators/combinations.h"

#include <ATen/Functions.h>
#include <ATen/OpMathType.h>
#include <ATen/TensorOperators.h>

#include "csrc/composite/call_tensors.h"
#include "csrc/composite/triple_backward.h"
#include "csrc/operators/checks.h"

namespace torchactiv {
namespace {

// The tensors of a call in the type that it is calculated in, as they broadcast against each other.
Tensors wide(TensorSpan given, at::ScalarType type) {
  const std::vector<c10::SymInt> shape = shape_of_all(given);
  Tensors tensors;
  for (const at::Tensor& tensor : given) tensors.push_back(tensor.to(at::toOpMathType(type)).expand_symint(shape));
  return tensors;
}

// An activation and its derivatives with respect to x, of tensors of one shape.
struct Function {
  const Operator& op;
  ArgumentSpan arguments;

  at::Tensor forward(const at::Tensor& x) const { return op.forward.call(x, arguments)[0]; }
  at::Tensor backward(const at::Tensor& gradient, const at::Tensor& x) const {
    return op.composite.backward(op, {gradient, saved(x)}, arguments)[0];
  }
  // v gradient f''
  at::Tensor curvature(const at::Tensor& v, const at::Tensor& gradient, const at::Tensor& x) const {
    const at::Tensor s = saved(x);
    const at::Tensor result = op.composite.double_backward(op, {v, gradient, s}, arguments)[1];
    return op.saved == Saved::inputs ? result : op.composite.backward(op, {result, s}, arguments)[0];
  }
  // f'''
  at::Tensor third(const at::Tensor& x) const {
    const at::Tensor s = saved(x), one = at::ones_like(s);
    const at::Tensor result = op.composite.triple_backward(op, {at::Tensor(), one, one, one, s}, arguments)[2];
    if (op.saved == Saved::inputs) return result;
    // f' = p(f), so that f''' = p'' f'^2 + p'^2 f'
    const at::Tensor slope = op.composite.backward(op, {one, s}, arguments)[0];
    const at::Tensor of_slope = op.composite.double_backward(op, {one, one, s}, arguments)[1];
    return (result * slope + of_slope * of_slope) * slope;
  }

 private:
  at::Tensor saved(const at::Tensor& x) const { return op.saved == Saved::inputs ? x : forward(x); }
};

// f and f' of jets of jets, all at one x.
class FunctionOfJets {
 public:
  FunctionOfJets(const Function& f, const at::Tensor& x) {
    const at::Tensor one = at::ones_like(x);
    for (const at::Tensor& tensor : {f.forward(x), f.backward(one, x), f.curvature(one, one, x), f.third(x)})
      derivatives_.emplace_back(tensor);
  }
  JetOfJet value(const JetOfJet& x) const { return derivative(0, x); }
  JetOfJet slope(const JetOfJet& x) const { return derivative(1, x); }

 private:
  TensorNumber derivative(std::size_t order, const TensorNumber&) const { return derivatives_[order]; }
  template <class V>
  Jet<V> derivative(std::size_t order, const Jet<V>& x) const {
    return {derivative(order, x.value), derivative(order + 1, x.value) * x.tangent};
  }

  std::vector<TensorNumber> derivatives_;
};

// forward, backward and double backward of a formula over `Function`, and its partial derivatives of jets of jets.
struct GatedFormula {
  static at::Tensor forward(const Function& f, TensorSpan in) { return f.forward(in[0]) * in[1]; }
  static Tensors backward(const Function& f, TensorSpan in) {
    const auto &g = in[0], &gate = in[1], &up = in[2];
    return {f.backward(g * up, gate), g * f.forward(gate)};
  }
  static Tensors double_backward(const Function& f, TensorSpan in) {
    const auto &v = in[0], &w = in[1], &g = in[2], &gate = in[3], &up = in[4];
    const at::Tensor slope = f.backward(v, gate);
    return {up * slope + w * f.forward(gate), f.curvature(v, g * up, gate) + f.backward(w * g, gate), g * slope};
  }
  static JetsOfJets partials(const Function& function, const JetsOfJets& in) {
    const auto &gate = in[0], &up = in[1];
    const FunctionOfJets f(function, gate.value.value.tensor());
    return {f.slope(gate) * up, f.value(gate)};
  }
};

struct BiasActFormula {
  static at::Tensor forward(const Function& f, TensorSpan in) { return f.forward(in[0] + in[1]); }
  static Tensors backward(const Function& f, TensorSpan in) {
    const at::Tensor gradient = f.backward(in[0], in[1] + in[2]);
    return {gradient, gradient};
  }
  static Tensors double_backward(const Function& f, TensorSpan in) {
    const at::Tensor v = in[0] + in[1], sum = in[3] + in[4], gradient = f.curvature(v, in[2], sum);
    return {f.backward(v, sum), gradient, gradient};
  }
  static JetsOfJets partials(const Function& function, const JetsOfJets& in) {
    const JetOfJet sum = in[0] + in[1], slope = FunctionOfJets(function, sum.value.value.tensor()).slope(sum);
    return {slope, slope};
  }
};

// Of the sums with the biases.
struct GatedBiasFormula {
  static at::Tensor forward(const Function& f, TensorSpan in) {
    return GatedFormula::forward(f, {in[0] + in[2], in[1] + in[3]});
  }
  static Tensors backward(const Function& f, TensorSpan in) {
    const Tensors results = GatedFormula::backward(f, {in[0], in[1] + in[3], in[2] + in[4]});
    return {results[0], results[1], results[0], results[1]};
  }
  static Tensors double_backward(const Function& f, TensorSpan in) {
    const Tensors results =
        GatedFormula::double_backward(f, {in[0] + in[2], in[1] + in[3], in[4], in[5] + in[7], in[6] + in[8]});
    return {results[0], results[1], results[2], results[1], results[2]};
  }
  static JetsOfJets partials(const Function& f, const JetsOfJets& in) {
    const JetsOfJets results = GatedFormula::partials(f, {in[0] + in[2], in[1] + in[3]});
    return {results[0], results[1], results[0], results[1]};
  }
};

struct TaafFormula {
  static at::Tensor forward(const Function& f, TensorSpan in) {
    return in[1] * f.forward(in[2] * in[0] + in[3]) + in[4];
  }
  static Tensors backward(const Function& f, TensorSpan in) {
    const auto &g = in[0], &x = in[1], &alpha = in[2], &beta = in[3], &gamma = in[4];
    const at::Tensor u = beta * x + gamma, slope = f.backward(g * alpha, u);
    return {slope * beta, g * f.forward(u), slope * x, slope, g};
  }
  // As in csrc/kernels/combination_formulas.h.
  static Tensors double_backward(const Function& f, TensorSpan in) {
    const auto &v_x = in[0], &v_alpha = in[1], &v_beta = in[2], &v_gamma = in[3], &v_delta = in[4], &g = in[5];
    const auto &x = in[6], &alpha = in[7], &beta = in[8], &gamma = in[9];
    const at::Tensor u = beta * x + gamma, w = v_x * beta + v_beta * x + v_gamma;
    const at::Tensor slope = f.backward(w, u), of_u = f.backward(g * alpha, u);
    const at::Tensor along = f.curvature(w, g * alpha, u) + f.backward(v_alpha * g, u);
    return {alpha * slope + v_alpha * f.forward(u) + v_delta,
            beta * along + of_u * v_beta,
            g * slope,
            x * along + of_u * v_x,
            along,
            at::zeros_like(g)};
  }
  static JetsOfJets partials(const Function& function, const JetsOfJets& in) {
    const auto &x = in[0], &alpha = in[1], &beta = in[2], &gamma = in[3];
    const JetOfJet u = beta * x + gamma;
    const FunctionOfJets f(function, u.value.value.tensor());
    const JetOfJet slope = alpha * f.slope(u);
    return {slope * beta, f.value(u), slope * x, slope, JetOfJet(1.0)};
  }
};

template <class Formula>
Tensors forward(const Operator& op, TensorSpan inputs, ArgumentSpan arguments) {
  check_inputs(op, inputs);
  check_arguments(op, arguments);
  const at::ScalarType type = result_type(op, inputs);
  return {Formula::forward({*op.activation, arguments}, wide(align_parameters(op, inputs), type)).to(type)};
}

template <class Formula>
Tensors backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
  const Arrangement call = arrange_backward(op, tensors);
  return fitted(Formula::backward({*op.activation, arguments}, wide(call.inputs, call.type)), call);
}

template <class Formula>
Tensors double_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
  const Arrangement call = arrange_double_backward(op, tensors);
  return fitted(Formula::double_backward({*op.activation, arguments}, wide(call.inputs, call.type)), call);
}

struct Unmasked {
  static constexpr bool masks_gradient = false;
};

template <class Formula>
Tensors triple_backward(const Operator& op, TensorSpan tensors, ArgumentSpan arguments) {
  const TripleArrangement call = arrange_triple_backward(op, tensors);
  const Function f{*op.activation, arguments};
  const at::ScalarType type = at::toOpMathType(call.type);
  return fitted(triple_backward<Unmasked>(call, type, [&](const JetsOfJets& in) { return Formula::partials(f, in); }),
                call);
}

}  // namespace

template <>
Composite combination_composite_of<Gated>() {
  return {forward<GatedFormula>, backward<GatedFormula>, double_backward<GatedFormula>, triple_backward<GatedFormula>};
}
template <>
Composite combination_composite_of<BiasAct>() {
  return {forward<BiasActFormula>, backward<BiasActFormula>, double_backward<BiasActFormula>,
          triple_backward<BiasActFormula>};
}

template <>
Composite combination_composite_of<GatedBias>() {
  return {forward<GatedBiasFormula>, backward<GatedBiasFormula>, double_backward<GatedBiasFormula>,
          triple_backward<GatedBiasFormula>};
}
template <>
Composite combination_composite_of<Taaf>() {
  return {forward<TaafFormula>, backward<TaafFormula>, double_backward<TaafFormula>, triple_backward<TaafFormula>};
}

}  // namespace torchactiv
