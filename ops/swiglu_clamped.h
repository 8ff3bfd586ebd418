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

  static constexpr Objection objection(double, double limit) {
    return limit <= limit ? Objection{} : Objection{"limit must not be NaN"};
  }

  template <Number N>
  static N forward(N gate, N up, N alpha, N limit) {
    const N g = clipped_gate(gate, limit), u = clipped(up, limit);
    return scaled(g, Logistic<N>(scaled(g, alpha)).value) * (u + N(1.0));
  }

  template <Number N>
  static Partials<N, 2> partials(N gate, N up, N alpha, N limit) {
    const N g = clipped_gate(gate, limit), u = clipped(up, limit);
    const N z = limited(scaled(g, alpha), -exponent_limit<N>, exponent_limit<N>);
    const Logistic<N> s(z);
    const N slope = s.value * fma(z, s.complement, N(1.0)) * (u + N(1.0));
    return {select(limit < gate, zero_like(up), slope), select(limit < abs(up), zero_like(gate), scaled(g, s.value))};
  }

 private:
  template <Number N>
  static N clipped_gate(const N& gate, const N& limit) {
    return select(limit < gate, limit, gate);
  }
  template <Number N>
  static N clipped(const N& up, const N& limit) {
    return select(limit < up, limit, select(up < -limit, -limit, up));
  }
};

}  // namespace torchactiv
