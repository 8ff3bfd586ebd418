// An at::Tensor as a model of Number (ops/number.h): the formulas of ops/ as compositions of ATen's operators, correct
// on any device and differentiable to any order.
#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <numbers>

#include "csrc/numbers/jet_functions.h"
#include "ops/expm1_curvature.h"
#include "ops/number.h"

namespace torchactiv {

class TensorNumber {
 public:
  TensorNumber() = default;
  explicit TensorNumber(at::Tensor tensor) : tensor_(std::move(tensor)) {}
  explicit TensorNumber(double constant) : constant_(constant) {}

  bool is_constant() const { return !tensor_.defined(); }
  double constant() const { return constant_; }
  // Of a constant: a 0-dimensional tensor with the dtype and device of `like`.
  at::Tensor tensor_like(const at::Tensor& like) const {
    return is_constant() ? at::scalar_tensor(constant_, like.options()) : tensor_;
  }
  const at::Tensor& tensor() const { return tensor_; }

 private:
  at::Tensor tensor_;
  double constant_ = 0;
};

struct TensorMask {
  at::Tensor tensor;  // undefined where the comparison was between constants
  bool constant = false;
  at::TensorOptions options;  // of the numbers that were compared
};
inline bool any(const TensorMask& mask) { return mask.tensor.defined() || mask.constant; }  // it may, without a look

template <class OfTensors, class OfTensorAndNumber, class OfNumberAndTensor, class OfNumbers>
auto combine(const TensorNumber& a, const TensorNumber& b, OfTensors tensors, OfTensorAndNumber right,
             OfNumberAndTensor left, OfNumbers numbers) {
  if (a.is_constant() && b.is_constant()) return numbers(a.constant(), b.constant());
  if (a.is_constant()) return left(a.constant(), b.tensor());
  if (b.is_constant()) return right(a.tensor(), b.constant());
  return tensors(a.tensor(), b.tensor());
}

inline bool is_zero(const TensorNumber& a) { return a.is_constant() && a.constant() == 0; }

// Of a number and a tensor, none of which writes into what it has allocated: graphs of them are functional.
inline at::Tensor plus(double x, const at::Tensor& y) { return at::add(y, x); }
inline at::Tensor minus(double x, const at::Tensor& y) { return at::rsub(y, x); }
inline at::Tensor times(double x, const at::Tensor& y) { return at::mul(y, x); }
inline at::Tensor over(double x, const at::Tensor& y) { return at::div(at::scalar_tensor(x, y.options()), y); }

#define TORCHACTIV_ARITHMETIC(symbol, of_number)                                               \
  combine(                                                                                     \
      a, b, [](const at::Tensor& x, const at::Tensor& y) { return TensorNumber(x symbol y); }, \
      [](const at::Tensor& x, double y) { return TensorNumber(x symbol at::Scalar(y)); },      \
      [](double x, const at::Tensor& y) { return TensorNumber(of_number(x, y)); },             \
      [](double x, double y) { return TensorNumber(x symbol y); })

// Constant zeros, of which the tangents of constants are full, are dropped: they would only lengthen the graph.
inline TensorNumber operator+(const TensorNumber& a, const TensorNumber& b) {
  if (is_zero(a)) return b;
  if (is_zero(b)) return a;
  return TORCHACTIV_ARITHMETIC(+, plus);
}
inline TensorNumber operator-(const TensorNumber& a, const TensorNumber& b) {
  if (is_zero(b)) return a;
  return TORCHACTIV_ARITHMETIC(-, minus);
}
inline TensorNumber operator*(const TensorNumber& a, const TensorNumber& b) {
  if (is_zero(a) || is_zero(b)) return TensorNumber(0.0);
  return TORCHACTIV_ARITHMETIC(*, times);
}
inline TensorNumber operator/(const TensorNumber& a, const TensorNumber& b) { return TORCHACTIV_ARITHMETIC(/, over); }
#undef TORCHACTIV_ARITHMETIC

#define TORCHACTIV_COMPARISON(symbol, function, mirrored)                                                            \
  inline TensorMask operator symbol(const TensorNumber& a, const TensorNumber& b) {                                  \
    return combine(                                                                                                  \
        a, b,                                                                                                        \
        [](const at::Tensor& x, const at::Tensor& y) { return TensorMask{at::function(x, y), false, x.options()}; }, \
        [](const at::Tensor& x, double y) { return TensorMask{at::function(x, y), false, x.options()}; },            \
        [](double x, const at::Tensor& y) { return TensorMask{at::mirrored(y, x), false, y.options()}; },            \
        [](double x, double y) { return TensorMask{{}, x symbol y, {}}; });                                          \
  }
TORCHACTIV_COMPARISON(<, lt, gt)
TORCHACTIV_COMPARISON(<=, le, ge)
TORCHACTIV_COMPARISON(>, gt, lt)
TORCHACTIV_COMPARISON(==, eq, eq)
#undef TORCHACTIV_COMPARISON

inline TensorNumber operator-(const TensorNumber& a) {
  return a.is_constant() ? TensorNumber(-a.constant()) : TensorNumber(-a.tensor());
}

inline TensorNumber select(const TensorMask& mask, const TensorNumber& a, const TensorNumber& b) {
  if (!mask.tensor.defined()) return mask.constant ? a : b;
  return combine(
      a, b, [&](const at::Tensor& x, const at::Tensor& y) { return TensorNumber(at::where(mask.tensor, x, y)); },
      [&](const at::Tensor& x, double y) { return TensorNumber(at::where(mask.tensor, x, at::Scalar(y))); },
      [&](double x, const at::Tensor& y) { return TensorNumber(at::where(mask.tensor, at::Scalar(x), y)); },
      [&](double x, double y) {
        if (x == y) return TensorNumber(x);
        return TensorNumber(
            at::where(mask.tensor, at::scalar_tensor(x, mask.options), at::scalar_tensor(y, mask.options)));
      });
}

inline TensorNumber fma(const TensorNumber& a, const TensorNumber& b, const TensorNumber& c) { return a * b + c; }

// function(a), of a constant as well, which no graph is to see.
template <class Function>
TensorNumber map(const TensorNumber& a, Function function) {
  using Key = c10::DispatchKey;
  if (!a.is_constant()) return TensorNumber(function(a.tensor()));
  const c10::impl::ExcludeDispatchKeyGuard unseen(
      c10::DispatchKeySet({Key::Python, Key::PythonTLSSnapshot, Key::Functionalize}));
  return TensorNumber(function(at::scalar_tensor(a.constant(), at::kDouble)).template item<double>());
}
#define TORCHACTIV_FUNCTION(name)                                   \
  inline TensorNumber name(const TensorNumber& a) {                 \
    return map(a, [](const at::Tensor& t) { return at::name(t); }); \
  }
TORCHACTIV_FUNCTION(exp)
TORCHACTIV_FUNCTION(expm1)
TORCHACTIV_FUNCTION(sigmoid)
TORCHACTIV_FUNCTION(sqrt)
TORCHACTIV_FUNCTION(log1p)
TORCHACTIV_FUNCTION(erf)
TORCHACTIV_FUNCTION(sin)
TORCHACTIV_FUNCTION(cos)
TORCHACTIV_FUNCTION(atan)
#undef TORCHACTIV_FUNCTION
// As jets have it, both zeros are positive to it, where at::abs has a slope of 0: what is smooth in |x| and the sign of
// x keeps its derivatives. Adding 0 makes a positive zero of both.
inline TensorNumber abs(const TensorNumber& a) {
  if (a.is_constant()) return TensorNumber(std::abs(a.constant()));
  return select(a < TensorNumber(0.0), -a, TensorNumber(a.tensor() + 0));
}
inline TensorNumber fine_exp(const TensorNumber& a) { return exp(a); }
inline ExpAndExpm1<TensorNumber> exp_and_expm1(const TensorNumber& a) { return {exp(a), expm1(a)}; }
FineExpm1<TensorNumber> fine_expm1(const TensorNumber& a);
inline TensorNumber fine_erf(const TensorNumber& a) { return erf(a); }
inline TensorNumber fine_sin(const TensorNumber& a) { return sin(a); }
inline TensorNumber fine_cos(const TensorNumber& a) { return cos(a); }
inline TensorNumber fine_atan(const TensorNumber& a) { return atan(a); }
// Of PyTorch's own copysign other runtimes know nothing. As jets have it, a slope of 1 where a is 0: -(0 - a) is a
// negative zero there.
inline TensorNumber copysign(const TensorNumber& a, const TensorNumber& b) {
  if (a.is_constant() && b.is_constant()) return TensorNumber(std::copysign(a.constant(), b.constant()));
  const TensorNumber zero(0.0);
  const auto negative = [&] { return select(a > zero, -a, -(zero - a)); };
  if (b.is_constant()) return std::signbit(b.constant()) ? negative() : abs(a);
  return select(TensorMask{at::signbit(b.tensor()), false, b.tensor().options()}, negative(), abs(a));
}
inline TensorNumber at_least(const TensorNumber& a, const TensorNumber& bound) {
  return map(a, [&](const at::Tensor& t) { return at::clamp_min(t, bound.constant()); });
}
inline TensorNumber at_most(const TensorNumber& a, const TensorNumber& bound) {
  return map(a, [&](const at::Tensor& t) { return at::clamp_max(t, bound.constant()); });
}
// In one operator.
inline TensorNumber limited(const TensorNumber& a, double low, double high) {
  return map(a, [&](const at::Tensor& t) { return at::clamp(t, low, high); });
}
inline TensorNumber widen(const TensorNumber& a) { return a; }
inline TensorNumber narrow(const TensorNumber& a) { return a; }

inline TensorNumber product(const TensorNumber& a, const TensorNumber& b) { return a * b; }
inline TensorNumber sum(const TensorNumber& a, const TensorNumber& b) { return a + b; }
inline TensorNumber offset(const TensorNumber& a, double constant) { return a + TensorNumber(constant); }
inline TensorNumber offset_product(const TensorNumber& a, const TensorNumber& b, double constant) {
  return a * b + TensorNumber(constant);
}
inline TensorNumber reciprocal(const TensorNumber& a) { return TensorNumber(1.0) / a; }

struct TensorExponential {
  TensorNumber e;
  const TensorNumber& value() const { return e; }
  TensorNumber plus(double constant) const { return offset(e, constant); }
  const TensorNumber& restore(const TensorNumber& y) const { return y; }
  const TensorNumber& restore_product(const TensorNumber& y) const { return y; }
};

inline TensorExponential exponential(const TensorNumber& a) { return {exp(a)}; }
inline TensorExponential rising_exponential(const TensorNumber& a) { return exponential(a); }

struct TensorSplitSigmoid {
  TensorNumber x;
  TensorNumber value() const { return sigmoid(x); }
  TensorNumber complement() const { return sigmoid(-x); }
  const TensorNumber& restore(const TensorNumber& y) const { return y; }
};
inline TensorSplitSigmoid split_sigmoid(const TensorNumber& a) { return {a}; }

// Both at once: each is a factor of the other's tangent.
template <class X>
class JetSplitSigmoid {
 public:
  explicit JetSplitSigmoid(const Jet<X>& a) {
    const auto base = split_sigmoid(a.value);
    const X value = base.value(), complement = base.complement(), tangent = value * complement * a.tangent;
    value_ = {value, tangent};
    complement_ = {complement, -tangent};
  }
  const Jet<X>& value() const { return value_; }
  const Jet<X>& complement() const { return complement_; }
  const Jet<X>& restore(const Jet<X>& y) const { return y; }

 private:
  Jet<X> value_, complement_;
};
template <class X>
constexpr bool holds_tensors = std::same_as<X, TensorNumber>;
template <class X>
constexpr bool holds_tensors<Jet<X>> = holds_tensors<X>;
template <class X>
  requires holds_tensors<X>
JetSplitSigmoid<X> split_sigmoid(const Jet<X>& a) {
  return JetSplitSigmoid<X>(a);
}
template <class X>
  requires holds_tensors<X>
auto split_sigmoid_of_product(const X& a) {
  return split_sigmoid(a);
}

// at::special_erfcx has no derivative. Here it is e^(a^2) erfc(a) for small a, and for large ones the continued
// fraction 1 / (sqrt(pi) (a + excess)), excess = (1/2) / (a + 1 / (a + (3/2) / (a + ...))). Each is limited to its
// side, so that what is not selected has no infinite derivatives.
struct TensorErfcx {
  static constexpr double limit = 4;
  at::Tensor is_small, small, large, of_small, excess, of_large;

  explicit TensorErfcx(const at::Tensor& a)
      : is_small(at::le(a, limit)), small(at::clamp_max(a, limit)), large(at::clamp_min(a, limit)) {
    of_small = at::exp(small * small) * at::erfc(small);
    excess = over(10, large);
    for (int n = 19; n >= 1; --n) excess = over(n * 0.5, large + excess);
    of_large = over(std::numbers::inv_sqrtpi, large + excess);
  }

  TensorNumber value() const { return TensorNumber(at::where(is_small, of_small, of_large)); }
  TensorNumber slope() const {
    return TensorNumber(
        at::where(is_small, 2 * small * of_small - 2 * std::numbers::inv_sqrtpi, -2 * excess * of_large));
  }
};

inline TensorNumber erfcx(const TensorNumber& a) { return TensorErfcx(a.tensor()).value(); }
inline TensorNumber erfcx_slope(const TensorNumber& a) { return TensorErfcx(a.tensor()).slope(); }
inline ErfcxAndSlope<TensorNumber> erfcx_and_slope(const TensorNumber& a) {
  const TensorErfcx x(a.tensor());
  return {x.value(), x.slope()};
}

template <>
struct NumberTraits<TensorNumber> {
  using Wide = TensorNumber;
  using Mask = TensorMask;
  static constexpr double exponent_limit = 760, product_limit = 1470;  // those of a double
  static constexpr double square_limit = 0x1p62;  // runtimes of exported graphs have no constants that are no floats
  static constexpr bool has_spare_digits = false, has_spare_range = false;
};

inline TensorNumber tangent_term(const TensorNumber& value, const TensorNumber& tangent) {
  if (is_zero(value) || is_zero(tangent)) return TensorNumber(0.0);
  return tame(value, tangent) * tame(tangent, value);
}

inline FineExpm1<TensorNumber> fine_expm1(const TensorNumber& a) {
  const TensorNumber value = expm1(a), near = a * a * Expm1Curvature::of(a);
  return {exp(a), value, select(abs(a) < TensorNumber(Expm1Curvature::small), near, value - a)};
}

}  // namespace torchactiv
