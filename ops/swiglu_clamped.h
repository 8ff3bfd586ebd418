#pragma once

#include "ops/card.h"
#include "ops/logistic.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

struct SwiGluClamped : Activation {
  static constexpr Card card{
      .name = "swiglu_clamped",
      .module = "SwiGLUClampedGate",
      .title = "Gated by SiLU, with limits",
      .aliases = "swiglu_oai",
      .family = Family::gated,
      .properties = {.bounded = true, .both_signs = true},
      .formula =
          R"(g \, \sigma(\alpha g) \cdot (u + 1), \; g = \min(\text{gate}, \text{limit}), \; u = \operatorname{clip}(\text{up}, -\text{limit}, \text{limit}))",
      .derivative =
          R"(\sigma(\alpha g) (1 + \alpha g (1 - \sigma(\alpha g))) (u + 1) \text{ if gate} \le \text{limit else } 0; g \, \sigma(\alpha g) \text{ if } |\text{up}| \le \text{limit else } 0)",
      .notes = "The derivative at a limit is that of within, as of PyTorch's clamp.",
      .source = "OpenAI 2025, gpt-oss-120b & gpt-oss-20b Model Card, arXiv:2508.10925, and its reference code",
  };
  static constexpr std::array inputs{Input{"gate"}, Input{"up"}};
  static constexpr std::array arguments{Argument{"alpha", 1.702}, Argument{"limit", 7}};
  static constexpr bool in_place = false;
  static constexpr Precision forward_precision = Precision::doubles, partials_precision = Precision::doubles_for_all;
  static constexpr bool floats_where_fused = true;
  static constexpr double largest_error = 1.25;  // of a result that is barely normal, where it is computed in floats

  static constexpr Objection objection(double, double limit) {
    return limit <= limit ? Objection{} : Objection{"limit must not be NaN"};
  }

  template <Number N>
  static N forward(N gate, N up, N alpha, N limit) {
    const N g = clipped_gate(gate, limit), u = clipped(up, limit);
    if constexpr (requires { scaled_gate_product(g, g, alpha, u); })
      return scaled_gate_product(g, tame(g, alpha), alpha, u);
    return scaled(g, Logistic<N>(scaled(g, alpha)).value) * (u + N(1.0));
  }

  template <Number N>
  static Partials<N, 2> partials(N gate, N up, N alpha, N limit) {
    const N g = clipped_gate(gate, limit), u = clipped(up, limit);
    const auto masked = [&](const N& of_gate, const N& of_up) -> Partials<N, 2> {
      return {select(limit < gate, zero_like(up), of_gate), select(limit < abs(up), zero_like(gate), of_up)};
    };
    if constexpr (requires { scaled_gate_product_slopes(g, g, alpha, u); }) {
      const auto [of_gate, of_up] = scaled_gate_product_slopes(g, tame(g, alpha), alpha, u);
      return masked(of_gate, of_up);
    }
    const N z = limited(scaled(g, alpha), -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(z);
    return masked(s.value * fma(z, s.complement, N(1.0)) * (u + N(1.0)), scaled(g, s.value));
  }

 private:
  template <Number N>
  static N clipped_gate(const N& gate, const N& limit) {
    return at_most(gate, limit);
  }
  template <Number N>
  static N clipped(const N& up, const N& limit) {
    return at_most(at_least(up, -limit), limit);
  }
};

}  // namespace torchactiv
