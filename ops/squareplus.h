#pragma once

#include "ops/card.h"
#include "ops/number.h"

namespace torchactiv {

struct Squareplus : Activation {
  static constexpr Card card{
      .name = "squareplus",
      .module = "Squareplus",
      .title = "Squareplus",
      .family = Family::rectifier,
      .properties = {.monotonic = true, .smooth = true},
      .formula = R"(\frac{1}{2} \left(x + \sqrt{x^2 + b}\right))",
      .derivative = R"(\frac{1}{2} \left(1 + \frac{x}{\sqrt{x^2 + b}}\right))",
      .notes = "A softplus without exponentials.",
      .source = "Barron 2021, Squareplus: A Softplus-Like Algebraic Rectifier, arXiv:2112.11687",
  };
  static constexpr std::array arguments{Argument{"b", 4}};
  static constexpr Precision forward_precision = Precision::doubles_for_all,
                             partials_precision = Precision::doubles_for_all;
  static constexpr Objection objection(double b) { return b < 0 ? Objection{"b must not be negative"} : Objection{}; }

  // For x < 0 without cancellation.
  template <Number N>
  static N forward(N x, N b) {
    const N root = root_of(x, b);
    return select(x < N(0.0), N(0.5) * b / (root - x), N(0.5) * (x + root));
  }

  // b / (2 root (root + |x|)) where x is negative, and (root + x)^2 over the same.
  template <Number N>
  static Partials<N, 1> partials(N x, N b) {
    const N inside = limited(x, -much, much), root = at_least(root_of(inside, b), N(least));
    const N inverse = N(0.5) / (root * (root + abs(inside))), sum = root + inside;
    return {select(x < N(0.0), b * inverse, sum * inverse * sum)};
  }

 private:
  static constexpr double least = 1e-150;  // the square of a smaller root may be 0
  static constexpr double much = 1e100;    // beside its square any float is nothing

  // Beyond `much` the square may overflow a double.
  template <Number N>
  static N root_of(N x, N b) {
    if constexpr (NumberTraits<N>::has_spare_range) return sqrt(fma(x, x, b));
    return select(abs(x) > N(much), abs(x), sqrt(fma(x, x, b)));
  }
};

}  // namespace torchactiv
