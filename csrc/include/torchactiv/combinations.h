// Formulas in which any activation of one tensor may stand, by the name of its operator, such as "silu" or "gelu_erf".
// `arguments` are the numbers that it takes: none for their defaults.
#pragma once

#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <optional>
#include <string_view>

#include "torchactiv/operator_named.h"

namespace torchactiv {

/// f(gate) up, or f(gate + gate_bias) (up + up_bias). A bias of one dimension lies along dimension 1 of gate. Of a bias
/// that is not there, an undefined tensor is one as well, as LibTorch's modules have it.
inline at::Tensor gated(const at::Tensor& gate, const at::Tensor& up, std::string_view activation = "silu",
                        c10::ArrayRef<double> arguments = {}, const std::optional<at::Tensor>& gate_bias = std::nullopt,
                        const std::optional<at::Tensor>& up_bias = std::nullopt) {
  const detail::Maybe of_gate = detail::maybe(gate_bias), of_up = detail::maybe(up_bias);
  if (!of_gate && !of_up) {
    static const auto handle = detail::operator_named<at::Tensor(const at::Tensor&, const at::Tensor&, std::string_view,
                                                                 c10::ArrayRef<double>)>("gated");
    return handle.call(gate, up, activation, arguments);
  }
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                        std::string_view, c10::ArrayRef<double>)>("gated_bias");
  const at::Tensor none = at::zeros({1}, gate.options().requires_grad(false));
  return handle.call(gate, up, of_gate.value_or(none), of_up.value_or(none), activation, arguments);
}

/// gated() of the halves of one tensor along dim, the first of which is the gate, or the second. Its gradient is one
/// tensor, written in one pass.
inline at::Tensor gated_packed(const at::Tensor& input, std::string_view activation = "silu", std::int64_t dim = -1,
                               bool gate_first = true, c10::ArrayRef<double> arguments = {}) {
  static const auto handle = detail::operator_named<at::Tensor(
      const at::Tensor&, std::string_view, c10::ArrayRef<double>, std::int64_t, bool)>("gated_packed");
  return handle.call(input, activation, arguments, dim, gate_first);
}

/// f(input + bias). A bias of one dimension lies along dimension 1 of input.
inline at::Tensor bias_act(const at::Tensor& input, const at::Tensor& bias, std::string_view activation = "gelu_erf",
                           c10::ArrayRef<double> arguments = {}) {
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, const at::Tensor&, std::string_view, c10::ArrayRef<double>)>(
          "bias_act");
  return handle.call(input, bias, activation, arguments);
}

/// alpha f(beta input + gamma) + delta. Parameters of one dimension lie along dimension 1 of input.
inline at::Tensor taaf(const at::Tensor& input, const at::Tensor& alpha, const at::Tensor& beta,
                       const at::Tensor& gamma, const at::Tensor& delta, std::string_view activation = "tanh",
                       c10::ArrayRef<double> arguments = {}) {
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                        const at::Tensor&, std::string_view, c10::ArrayRef<double>)>("taaf");
  return handle.call(input, alpha, beta, gamma, delta, activation, arguments);
}

}  // namespace torchactiv
