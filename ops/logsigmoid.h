#pragma once

#include "ops/card.h"
#include "ops/number.h"
#include "ops/sigmoid_slope.h"

namespace torchactiv {

struct LogSigmoid : Activation {
  static constexpr Card card{
      .name = "logsigmoid",
      .module = "LogSigmoid",
      .title = "Logarithm of the sigmoid",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .smooth = true},
      .formula = R"(\ln \sigma(x))",
      .derivative = R"(\sigma(-x))",
      .notes = "f(inf) = -0, the limit.",
      .source = "PyTorch, torch.nn.functional.logsigmoid",
  };
  static constexpr bool inplace_argument = false;  // PyTorch's has none
  static constexpr bool out_argument = true;

  // A number type may have a function of its own that is faster, by tables (docs/architecture.md).
  template <Number N>
  static N forward(N x) {
    if constexpr (requires { tabled_log_sigmoid(x); }) return tabled_log_sigmoid(x);
    const auto e = exponential(at_least(-abs(x), N(-exponent_limit<N>)));
    const Wide<N> tail = log1p(e.value());
    return -select(x < N(0.0), sum(-x, tail), e.restore(narrow(tail)));
  }

  template <Number N>
  static Partials<N, 1> partials(N x) {
    return {quick_sigmoid(-x)};
  }
};

}  // namespace torchactiv
