// Jets over double against central differences: each function of the vocabulary.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "csrc/numbers/jet_functions.h"
#include "tests/cpp/numbers/real.h"

namespace torchactiv_test {
namespace {

using torchactiv::Jet;

static_assert(torchactiv::Number<Real>);
static_assert(torchactiv::Number<Jet<Real>>);

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

}  // namespace
}  // namespace torchactiv_test
