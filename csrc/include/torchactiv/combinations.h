// Formulas in which any activation of one tensor may stand, by the name of its operator, such as "silu"; "gelu" is
// gelu_erf. `arguments` are the numbers that it takes: none for their defaults.
#pragma once

#include <ATen/ExpandUtils.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <optional>
#include <string_view>

#include "torchactiv/operator_named.h"
#include "torchactiv/parameters.h"

namespace torchactiv {

/// f(gate) up, or f(gate + gate_bias) (up + up_bias). A bias of one dimension lies along dim: gate_bias along that of
/// gate, up_bias along that of up. Of a bias that is not there, an undefined tensor is one as well, as LibTorch's
/// modules have it.
inline at::Tensor gated(const at::Tensor& gate, const at::Tensor& up, std::string_view activation = "silu",
                        c10::ArrayRef<double> arguments = {}, const std::optional<at::Tensor>& gate_bias = std::nullopt,
                        const std::optional<at::Tensor>& up_bias = std::nullopt, std::int64_t dim = -1) {
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
  // Along the same dimension of what both broadcast to.
  const at::Tensor whole = gate.sizes() == up.sizes() ? gate : gate.expand(at::infer_size(gate.sizes(), up.sizes()));
  return handle.call(whole, up, of_gate ? detail::viewed_along({"gated", "gate_bias"}, *of_gate, gate, dim) : none,
                     of_up ? detail::viewed_along({"gated", "up_bias"}, *of_up, up, dim) : none, activation, arguments);
}

/// gated() of the halves of one tensor along dim, the first of which is the gate, or the second. Without a bias, which
/// has one dimension as long as that of input, its gradient is one tensor, written in one pass.
inline at::Tensor gated_packed(const at::Tensor& input, std::string_view activation = "silu", std::int64_t dim = -1,
                               bool gate_first = true, c10::ArrayRef<double> arguments = {},
                               const std::optional<at::Tensor>& bias = std::nullopt) {
  const detail::Maybe given = detail::maybe(bias);
  if (!given) {
    static const auto handle = detail::operator_named<at::Tensor(
        const at::Tensor&, std::string_view, c10::ArrayRef<double>, std::int64_t, bool)>("gated_packed");
    return handle.call(input, activation, arguments, dim, gate_first);
  }
  const std::int64_t size = input.size(dim);
  TORCH_CHECK(size % 2 == 0, "gated_packed: input has the odd size ", size, " along dim=", dim);
  TORCH_CHECK(given->dim() == 1 && given->numel() == size, "gated_packed: bias of shape ", given->sizes(),
              " must have one dimension of ", size, " elements, as input of shape ", input.sizes(),
              " has along dim=", dim);
  const auto halves = input.chunk(2, dim), biases = given->chunk(2);
  const std::size_t of_gate = gate_first ? 0 : 1, of_up = 1 - of_gate;
  return gated(halves[of_gate], halves[of_up], activation, arguments, biases[of_gate], biases[of_up], dim);
}

/// f(input + bias). A bias of one dimension lies along dim of input.
inline at::Tensor bias_act(const at::Tensor& input, const at::Tensor& bias, std::string_view activation = "gelu",
                           std::int64_t dim = -1, c10::ArrayRef<double> arguments = {}) {
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, const at::Tensor&, std::string_view, c10::ArrayRef<double>)>(
          "bias_act");
  return handle.call(input, detail::along({"bias_act", "bias"}, bias, input, dim), activation, arguments);
}

/// alpha f(beta input + gamma) + delta. Parameters of one dimension lie along dim of input.
inline at::Tensor taaf(const at::Tensor& input, const at::Tensor& alpha, const at::Tensor& beta,
                       const at::Tensor& gamma, const at::Tensor& delta, std::string_view activation = "tanh",
                       std::int64_t dim = 1, c10::ArrayRef<double> arguments = {}) {
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                        const at::Tensor&, std::string_view, c10::ArrayRef<double>)>("taaf");
  const auto laid = [&](const char* name, const at::Tensor& parameter) {
    return detail::along({"taaf", name}, parameter, input, dim);
  };
  return handle.call(input, laid("alpha", alpha), laid("beta", beta), laid("gamma", gamma), laid("delta", delta),
                     activation, arguments);
}

}  // namespace torchactiv
