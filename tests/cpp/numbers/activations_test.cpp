// Every activation's derivatives against central differences, and its tails.
#include "csrc/operators/activations.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "csrc/kernels/counted_directions.h"
#include "tests/cpp/numbers/real.h"

namespace torchactiv_test {
namespace {

using torchactiv::Jet;

// Its default, or anything where it has none.
constexpr double value_of(const torchactiv::Argument& argument) {
  return argument.default_value == argument.default_value ? argument.default_value : 0.25;
}

namespace counted = torchactiv::TORCHACTIV_ISA;

// What stands for coefficients, as many as their module starts from.
template <class Op>
constexpr torchactiv::Counts counts = [] {
  torchactiv::Counts result{{}, static_cast<int>(Op::inputs.size())};
  for (std::size_t i = 0; i < Op::inputs.size(); ++i)
    result.count[i] = Op::inputs[i].initials.empty() ? 1 : static_cast<int>(Op::inputs[i].initials.size());
  return result;
}();

// An activation as a function of its inputs, with its default arguments.
template <class Op>
struct Activation {
  static constexpr std::size_t inputs = std::accumulate(counts<Op>.count, counts<Op>.count + Op::inputs.size(), 0u);

  static std::array<double, Op::arguments.size()> arguments() {
    std::array<double, Op::arguments.size()> result;
    for (std::size_t a = 0; a < result.size(); ++a) result[a] = value_of(Op::arguments[a]);
    return result;
  }

  // A value for the i-th input behind the first.
  static double value(std::size_t i) {
    std::size_t next = 0;
    for (const torchactiv::Input& input : Op::inputs)
      for (std::size_t k = 0; k < std::max<std::size_t>(1, input.initials.size()); ++k)
        if (next++ == i && !input.initials.empty()) return input.initials[k] + 0.05 * static_cast<double>(k + 1);
    return 0.7 - 1.2 * static_cast<double>(i);
  }

  template <class N>
  static N forward(const std::array<N, inputs>& x) {
    if constexpr (counted::has_coefficients<Op>)
      return counted::apply<Op>([](const auto&... a) { return Op::forward(a...); }, counts<Op>, x.data(),
                                arguments().data());
    else
      return whole_forward(x);
  }

  template <class N>
  static auto partials(const std::array<N, inputs>& x) {
    if constexpr (counted::has_coefficients<Op>) {
      std::array<N, inputs> slopes;
      counted::partials<Op>(counts<Op>, x.data(), arguments().data(), slopes.data());
      return slopes;
    } else {
      return whole_partials(x);
    }
  }

  template <class N>
  static N whole_forward(const std::array<N, inputs>& x) {
    return [&]<std::size_t... i, std::size_t... a>(std::index_sequence<i...>, std::index_sequence<a...>) {
      return Op::forward(x[i]..., N(value_of(Op::arguments[a]))...);
    }(std::make_index_sequence<inputs>{}, std::make_index_sequence<Op::arguments.size()>{});
  }

  template <class N>
  static auto whole_partials(const std::array<N, inputs>& x) {
    // Those of an operator that saves its output are functions of it.
    std::array<N, inputs> saved = x;
    if constexpr (Op::saved == torchactiv::Saved::output) saved[0] = forward(x);
    return [&]<std::size_t... i, std::size_t... a>(std::index_sequence<i...>, std::index_sequence<a...>) {
      return Op::partials(saved[i]..., N(value_of(Op::arguments[a]))...);
    }(std::make_index_sequence<inputs>{}, std::make_index_sequence<Op::arguments.size()>{});
  }

  // Calls visit(values of the inputs).
  template <class Visit>
  static void for_each_point(Visit visit, std::span<const double> of_first_input = points) {
    for (const double x : of_first_input) {
      std::array<double, inputs> at;
      for (std::size_t i = 0; i < inputs; ++i) at[i] = i == 0 ? x : value(i);
      visit(at);
    }
  }

  template <class N>
  static std::array<N, inputs> along(const std::array<double, inputs>& at, std::size_t input, N moving) {
    std::array<N, inputs> x;
    for (std::size_t i = 0; i < inputs; ++i) x[i] = i == input ? moving : N(at[i]);
    return x;
  }
};

template <class Op>
void expect_first_derivatives() {
  using F = Activation<Op>;
  F::for_each_point([](const auto& at) {
    for (std::size_t input = 0; input < F::inputs; ++input) {
      const double x = at[input];
      if (std::isinf(F::forward(F::along(at, input, Real(x))).value)) continue;  // outside the domain
      const double partial = F::partials(F::along(at, input, Real(x)))[input].value;
      const Jet<Real> jet = F::forward(F::along(at, input, Jet<Real>(Real(x), Real(1.0))));
      const double difference =
          central_difference([&](Real moved) { return F::forward(F::along(at, input, moved)); }, x);
      EXPECT_NEAR(partial, difference, 3e-8 * (1 + std::abs(partial))) << "by input " << input << " at " << at[0];
      EXPECT_NEAR(jet.tangent.value, partial, 1e-12 * (1 + std::abs(partial)))
          << "by input " << input << " at " << at[0];
    }
  });
}

template <class Op>
void expect_second_derivatives() {
  using F = Activation<Op>;
  F::for_each_point([](const auto& at) {
    for (std::size_t input = 0; input < F::inputs; ++input) {
      const double x = at[input];
      const auto jets = F::partials(F::along(at, input, Jet<Real>(Real(x), Real(1.0))));
      for (std::size_t i = 0; i < F::inputs; ++i) {
        const double difference =
            central_difference([&](Real moved) { return F::partials(F::along(at, input, moved))[i]; }, x);
        EXPECT_NEAR(jets[i].tangent.value, difference, 3e-8 * (1 + std::abs(difference)))
            << "of partial " << i << " by " << input << " at " << at[0];
      }
    }
  });
}

// In the tails the value, its partial derivatives and their derivatives do not depend on the multiple.
template <class Op>
void expect_tails_restored() {
  using F = Activation<Op>;
  constexpr std::array far{-41.5, 41.5};
  const auto results = [](const auto& at, double multiple) {
    multiple_in_tail = multiple;
    std::vector<double> all{F::forward(F::along(at, 0, Real(at[0]))).value};
    for (const Jet<Real>& jet : F::partials(F::along(at, 0, Jet<Real>(Real(at[0]), Real(1.0)))))
      all.insert(all.end(), {jet.value.value, jet.tangent.value});
    multiple_in_tail = 3;
    return all;
  };
  F::for_each_point(
      [&](const auto& at) {
        const std::vector<double> expected = results(at, 1), restored = results(at, 3);
        for (std::size_t i = 0; i < expected.size(); ++i) {
          if (restored[i] == expected[i]) continue;  // infinities are
          EXPECT_NEAR(restored[i], expected[i], 1e-12 * std::abs(expected[i])) << "result " << i << " at " << at[0];
        }
      },
      far);
}

#define OPERATOR(name, Op)                                                       \
  TEST(FirstDerivatives, name) { expect_first_derivatives<torchactiv::Op>(); }   \
  TEST(SecondDerivatives, name) { expect_second_derivatives<torchactiv::Op>(); } \
  TEST(RestoredTails, name) { expect_tails_restored<torchactiv::Op>(); }
#include "ops/catalogue.h"
#undef OPERATOR

}  // namespace
}  // namespace torchactiv_test
