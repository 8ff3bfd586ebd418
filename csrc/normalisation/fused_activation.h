// The activation behind a normalisation: an operator of the catalogue with one tensor, and numbers for its arguments.
#pragma once

#include "csrc/cpu/new_result.h"
#include "csrc/normalisation/operand.h"
#include "csrc/operators/operator.h"

namespace torchactiv {

struct FusedActivation {
  const Operator& op;
  std::vector<double> arguments;
  const CombinationContext *floats, *doubles;  // its kernels

  // A ValueError where there is none of that name, or where it takes another count of arguments; whatever its own check
  // of arguments throws. `function` is who asks.
  static FusedActivation find(const char* function, std::string_view activation, ArgumentSpan arguments);

  template <class T>
  FusedKernels kernels() const {
    const CombinationContext& kernels = std::is_same_v<T, double> ? *doubles : *floats;
    return {kernels, arguments.data(), op.card.name == "identity", kernels.normalisation};
  }
  // For passes over so many tensors like x: their results go past the caches if all of these exceed them.
  template <class T>
  FusedKernels kernels(const at::Tensor& x, std::size_t tensors) const {
    FusedKernels found = kernels<T>();
    const bool is_converted = Operand<T>(x).is_converted();
    if (is_converted && found.loops && !found.loops->converts) found.loops = nullptr;
    found.streams = !is_converted && exceeds_caches(tensors * x.nbytes());
    return found;
  }
  // Whether autograd can do without the input where it keeps the output.
  bool is_restorable(at::ScalarType type) const;
  // f(0) / f'(0): as small as this against 1 is what f(u) tells of a small u, whose f(u) is rounded beside f(0).
  double offset_of_zero() const;

  // Differentiable; the inverse a composition of ATen's operators.
  at::Tensor forward(const at::Tensor& x) const;
  at::Tensor backward(const at::Tensor& gradient, const at::Tensor& x) const;
  at::Tensor inverse(const at::Tensor& y) const;
};

}  // namespace torchactiv
