// Jets over double against central differences: each function of the vocabulary, then every activation.
#include "csrc/numbers/jet.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "csrc/kernels/counted_directions.h"
#include "csrc/operators/activations.h"

namespace torchactiv_test {

// The simplest number that ops/number.h allows.
struct Real {
  double value;

  Real() = default;
  explicit Real(double value) : value(value) {}

  friend Real operator+(Real a, Real b) { return Real(a.value + b.value); }
  friend Real operator-(Real a, Real b) { return Real(a.value - b.value); }
  friend Real operator*(Real a, Real b) { return Real(a.value * b.value); }
  friend Real operator/(Real a, Real b) { return Real(a.value / b.value); }
  friend Real operator-(Real a) { return Real(-a.value); }
  friend bool operator<(Real a, Real b) { return a.value < b.value; }
  friend bool operator<=(Real a, Real b) { return a.value <= b.value; }
  friend bool operator>(Real a, Real b) { return a.value > b.value; }
  friend bool operator==(Real a, Real b) { return a.value == b.value; }
};

Real select(bool mask, Real a, Real b) { return mask ? a : b; }
Real fma(Real a, Real b, Real c) { return Real(std::fma(a.value, b.value, c.value)); }
Real abs(Real a) { return Real(std::fabs(a.value)); }
Real copysign(Real a, Real b) { return Real(std::copysign(a.value, b.value)); }
Real at_least(Real a, Real bound) { return a < bound ? bound : a; }
Real at_most(Real a, Real bound) { return a > bound ? bound : a; }
Real widen(Real a) { return a; }
Real narrow(Real a) { return a; }
Real product(Real a, Real b) { return a * b; }
Real sum(Real a, Real b) { return a + b; }
Real offset(Real a, double constant) { return Real(a.value + constant); }
Real offset_product(Real a, Real b, double constant) { return fma(a, b, Real(constant)); }
Real reciprocal(Real a) { return Real(1 / a.value); }
Real exp(Real a) { return Real(std::exp(a.value)); }
Real fine_exp(Real a) { return exp(a); }
Real expm1(Real a) { return Real(std::expm1(a.value)); }
torchactiv::ExpAndExpm1<Real> exp_and_expm1(Real a) { return {exp(a), expm1(a)}; }
torchactiv::FineExpm1<Real> fine_expm1(Real a) {
  return {exp(a), expm1(a), Real(static_cast<double>(std::expm1(static_cast<long double>(a.value)) - a.value))};
}
Real sigmoid(Real a) { return Real(1 / (1 + std::exp(-a.value))); }
Real sqrt(Real a) { return Real(std::sqrt(a.value)); }
Real log1p(Real a) { return Real(std::log1p(a.value)); }
Real erf(Real a) { return Real(std::erf(a.value)); }
Real fine_erf(Real a) { return erf(a); }
Real erfcx(Real a) {
  const double x = a.value, inverse_square = 1 / (x * x);
  if (x > 20) return Real(std::numbers::inv_sqrtpi / x * (1 - inverse_square * (0.5 - 0.75 * inverse_square)));
  return Real(std::exp(x * x) * std::erfc(x));
}
Real erfcx_slope(Real a) { return Real(2 * a.value * erfcx(a).value - 2 * std::numbers::inv_sqrtpi); }
Real sin(Real a) { return Real(std::sin(a.value)); }
Real cos(Real a) { return Real(std::cos(a.value)); }
Real fine_sin(Real a) { return sin(a); }
Real fine_cos(Real a) { return cos(a); }
Real atan(Real a) { return Real(std::atan(a.value)); }
Real fine_atan(Real a) { return atan(a); }

// e^a as `multiple` times what restore() multiplies by. A true model's multiple is a power of two; anything shows
// whether what must be restored is. In the tails e^a, or e^-a, is nothing beside 1.
struct RealExponential {
  Real near;
  double multiple;
  Real value() const { return near; }
  Real plus(double constant) const { return Real(near.value + constant); }
  Real restore(Real y) const { return Real(y.value / multiple); }
  Real restore_product(Real y) const { return restore(y); }
};

constexpr double left_tail = -37, right_tail = 37;
double multiple_in_tail = 3;
RealExponential exponential(Real a) {
  const double multiple = a.value < left_tail ? multiple_in_tail : 1;
  return {Real(std::exp(a.value) * multiple), multiple};
}
RealExponential rising_exponential(Real a) {
  const double multiple = a.value > right_tail ? multiple_in_tail : 1;
  return {Real(std::exp(a.value) / multiple), multiple};
}

}  // namespace torchactiv_test

template <>
struct torchactiv::NumberTraits<torchactiv_test::Real> {
  using Wide = torchactiv_test::Real;
  using Mask = bool;
  static constexpr double exponent_limit = 760, product_limit = 1470;
  static constexpr bool has_spare_digits = false, has_spare_range = false;
};

namespace torchactiv_test {
namespace {

using torchactiv::Jet;

static_assert(torchactiv::Number<Real>);
static_assert(torchactiv::Number<Jet<Real>>);

template <class Function>
double central_difference(Function function, double x) {
  constexpr double step = 1e-5;
  return (function(Real(x + step)).value - function(Real(x - step)).value) / (2 * step);
}

// Away from the kinks of the functions below.
constexpr double points[] = {-7.3, -3.3, -1.7, -0.6, -0.15, 0.15, 0.6, 1.7, 3.3, 7.3};

template <class Function>
void expect_derivative(Function function) {
  for (const double x : points) {
    const Jet<Real> result = function(Jet<Real>(Real(x), Real(1.0)));
    EXPECT_NEAR(result.value.value, function(Real(x)).value, 1e-14 * (1 + std::fabs(result.value.value))) << x;
    EXPECT_NEAR(result.tangent.value, central_difference(function, x), 1e-8 * (1 + std::fabs(result.tangent.value)))
        << x;
  }
}

TEST(Jet, OfArithmetic) {
  expect_derivative([]<class N>(N x) { return x * x + N(3.0) * x; });
  expect_derivative([]<class N>(N x) { return N(2.0) - x; });
  expect_derivative([]<class N>(N x) { return -x; });
  expect_derivative([]<class N>(N x) { return (x + N(1.0)) / (x * x + N(2.0)); });
  expect_derivative([]<class N>(N x) { return fma(x, x * x, N(2.0) * x); });
  expect_derivative([]<class N>(N x) { return narrow(widen(x) * widen(x)); });
}

TEST(Jet, OfPieces) {
  expect_derivative([]<class N>(N x) { return abs(x) * x; });
  expect_derivative([]<class N>(N x) { return copysign(x * x, x); });
  expect_derivative([]<class N>(N x) { return copysign(x, N(1.0)); });
  expect_derivative([]<class N>(N x) { return select(x > N(1.0), x * x, N(3.0) * x); });
  expect_derivative([]<class N>(N x) { return select(x <= N(-1.0), x * x, N(3.0) * x); });
  expect_derivative([]<class N>(N x) { return at_least(x * x, N(2.0)); });
  expect_derivative([]<class N>(N x) { return at_most(x * x, N(2.0)); });
}

TEST(Jet, OfExponentials) {
  expect_derivative([]<class N>(N x) { return exp(x * N(-0.5)); });
  expect_derivative([]<class N>(N x) { return narrow(expm1(x * x)); });
  expect_derivative([]<class N>(N x) { return exp_and_expm1(x * x).e; });
  expect_derivative([]<class N>(N x) { return exp_and_expm1(x * x).value; });
  expect_derivative([]<class N>(N x) { return fine_expm1(x * N(0.5)).e; });
  expect_derivative([]<class N>(N x) { return fine_expm1(x * N(0.5)).value; });
  expect_derivative([]<class N>(N x) { return fine_expm1(x * N(0.5)).curved; });
  expect_derivative([]<class N>(N x) { return sigmoid(N(2.0) * x); });
  expect_derivative([]<class N>(N x) { return narrow(exponential(x * N(0.5)).value()); });
  expect_derivative([]<class N>(N x) { return narrow(exponential(x * N(0.5)).plus(3.0)); });
  expect_derivative([]<class N>(N x) { return narrow(rising_exponential(x * N(0.5)).value()); });
}

TEST(Jet, OfTranscendentalFunctions) {
  expect_derivative([]<class N>(N x) { return sqrt(x * x + N(1.0)); });
  expect_derivative([]<class N>(N x) { return log1p(x * x * N(0.5) - N(0.01)); });
  expect_derivative([]<class N>(N x) { return erf(x * N(0.7)); });
  expect_derivative([]<class N>(N x) { return erfcx(abs(x)); });
  expect_derivative([]<class N>(N x) { return erfcx_slope(abs(x)); });
  expect_derivative([]<class N>(N x) { return sin(x * N(1.3)); });
  expect_derivative([]<class N>(N x) { return cos(x * x); });
  expect_derivative([]<class N>(N x) { return atan(x * N(0.8)); });
  expect_derivative([]<class N>(N x) { return fine_atan(x * N(0.8)); });
}

TEST(Jet, OfFarArguments) {
  const Jet<Real> far(Real(1e200), Real(1.0));
  EXPECT_EQ(atan(far).tangent.value, 0);
  EXPECT_EQ(erf(far).tangent.value, 0);
}

// Proportional to the exponential to all digits, as it is in no activation but in the limit.
TEST(Jet, RestoresTails) {
  expect_derivative([]<class N>(N x) {
    const auto e = exponential(N(5.2) * x);
    return e.restore(product(N(1e16) + x, e.value()));  // of order 1 in the tail
  });
  expect_derivative([]<class N>(N x) {
    const auto e = rising_exponential(N(5.2) * x);
    return e.restore_product(product(N(1e16) + x, reciprocal(e.value())));
  });
}

TEST(Jet, OfWideNumbers) {
  expect_derivative([]<class N>(N x) { return product(x, widen(x) * widen(x)); });
  expect_derivative([]<class N>(N x) { return product(widen(x) * widen(x), widen(x)); });
  expect_derivative([]<class N>(N x) { return narrow(offset(widen(x) * widen(x), 2.0) * x); });
  expect_derivative([]<class N>(N x) { return sum(abs(x), widen(x) * x); });
  expect_derivative([]<class N>(N x) { return narrow(x * offset_product(widen(x), widen(x), 2.0)); });
  expect_derivative([]<class N>(N x) { return narrow(reciprocal(offset(widen(x) * widen(x), 2.0))); });
}

TEST(Jet, OfWhatMayBeInfinite) {
  using torchactiv::scaled, torchactiv::scaled_plus, torchactiv::unbounded_fma, torchactiv::unbounded_product,
      torchactiv::unbounded_ratio;
  expect_derivative([]<class N>(N x) { return unbounded_product(x, unbounded_ratio(x, N(3.0))); });
  expect_derivative([]<class N>(N x) { return scaled_plus(x, unbounded_fma(x, x, N(2.0)), scaled(x, N(0.5))); });
  const Jet<Real> infinity(Real(HUGE_VAL), Real(1.0)), two(2.0);
  EXPECT_EQ(unbounded_product(two, infinity).tangent.value, 2);
  EXPECT_EQ(unbounded_fma(infinity, two, two).tangent.value, 2);
  EXPECT_EQ(unbounded_ratio(infinity, two).tangent.value, 0.5);
  EXPECT_EQ(scaled(infinity, two).tangent.value, 2);
  EXPECT_EQ(scaled(infinity, Jet<Real>(0.0)).value.value, 0);
  EXPECT_EQ(scaled_plus(infinity, two, two).tangent.value, 2);
  EXPECT_EQ(unbounded_product(infinity, infinity).tangent.value, HUGE_VAL);
}

TEST(Jet, StopsAtBounds) {
  const Jet<Real> x(Real(2.0), Real(1.0)), bound(1.0);
  EXPECT_EQ(at_most(x, bound).tangent.value, 0);
  EXPECT_EQ(at_least(x, bound).tangent.value, 1);
}

TEST(Jet, KeepsNaN) {
  const Jet<Real> nan(Real(std::nan("")), Real(1.0)), one(1.0);
  EXPECT_TRUE(std::isnan(at_most(nan, one).value.value));
  EXPECT_TRUE(std::isnan(at_least(nan, one).value.value));
}

// An activation as a function of its inputs, with its default arguments.
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
