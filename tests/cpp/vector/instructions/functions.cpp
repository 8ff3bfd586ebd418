// Compiled once for each instruction set.
#include "tests/cpp/vector/functions.h"

#include <algorithm>
#include <array>

#include "csrc/kernels/elements.h"
#include "ops/log1p_of_unit.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

// The numbers in the lanes of a vector, or of what a number type has for wide numbers.
template <Vector V, int count, Rounding rounding>
void write(const Batch<V, count, rounding>& a, double* result) {
  typename V::Scalar lanes[Batch<V, count, rounding>::lanes];
  a.store(lanes);
  std::copy(std::begin(lanes), std::end(lanes), result);
}
template <class V>
void write(const Pair<V>& a, double* result) {
  typename V::Scalar high[V::lanes], low[V::lanes];
  a.high.store(high);
  a.low.store(low);
  for (int i = 0; i < V::lanes; ++i) result[i] = static_cast<double>(high[i]) + low[i];
}
template <class V>
void write(const Quotient<V>& a, double* result) {
  write(Pair<V>(a), result);
}

template <class V, auto function>
void run(const double* x, const double* y, double* result, std::size_t n) {
  constexpr std::size_t width = V::lanes;
  for (std::size_t done = 0; done < n; done += width) {
    const std::size_t count = std::min(width, n - done);
    typename V::Scalar left[width] = {}, right[width] = {};
    std::copy_n(x + done, count, left);
    std::copy_n(y + done, count, right);
    double lanes[width];
    write(function(V::load(left), V::load(right)), lanes);
    std::copy_n(lanes, count, result + done);
  }
}

template <class V>
V one_where(const typename V::Mask& mask) {
  return select(mask, V(1.0), V(0.0));
}

// What exact_functions.h calls so.
template <class V>
V of_16_bits(const V& x) {
  const V lifted = V(vector_test::lift_to_16_bits) * x;
  return lifted - (lifted - x);
}

#define ROW(V, name, expression) {name, run<V, [](V x, V y) { return (void)x, (void)y, expression; }>}

#define ROWS_OF_ALL(V, prefix)                                                                                      \
  ROW(V, prefix "exp", exp(x)), ROW(V, prefix "sigmoid", sigmoid(x)), ROW(V, prefix "expm1", expm1(x)),             \
      ROW(V, prefix "exp with expm1", exp_and_expm1(x).e), ROW(V, prefix "expm1 with exp", exp_and_expm1(x).value), \
      ROW(V, prefix "sqrt", sqrt(x)), ROW(V, prefix "log1p", log1p(x)), ROW(V, prefix "erfcx", erfcx(x)),           \
      ROW(V, prefix "erfcx_slope", erfcx_slope(x)), ROW(V, prefix "erf", erf(x)), ROW(V, prefix "sin", sin(x)),     \
      ROW(V, prefix "cos", cos(x)), ROW(V, prefix "atan", atan(x))

// Promised of doubles only.
#define ROWS_OF_FINE_EXPM1(V, prefix)                                                               \
  ROW(V, prefix "fine_expm1 e", fine_expm1(x).e), ROW(V, prefix "fine_expm1", fine_expm1(x).value), \
      ROW(V, prefix "fine_expm1 curved", fine_expm1(x).curved)

// Of numbers that are rounded to their own bits.
#define ROWS_OF_BOTH(V)                                                                                            \
  ROW(V, "+", x + y), ROW(V, "-", x - y), ROW(V, "*", x* y), ROW(V, "/", x / y), ROW(V, "negative", -x),           \
      ROW(V, "<", one_where<V>(x < y)), ROW(V, "<=", one_where<V>(x <= y)), ROW(V, ">", one_where<V>(x > y)),      \
      ROW(V, "==", one_where<V>(x == y)), ROW(V, "fma(x, x, y)", fma(x, x, y)),                                    \
      ROW(V, "negative_fma(x, x, y)", negative_fma(x, x, y)), ROW(V, "abs", abs(x)),                               \
      ROW(V, "copysign", copysign(x, y)), ROW(V, "maximum_or_second", maximum_or_second(x, y)),                    \
      ROW(V, "minimum_or_second", minimum_or_second(x, y)), ROW(V, "at_least", at_least(x, y)),                    \
      ROW(V, "at_most", at_most(x, y)), ROW(V, "power_of_two", power_of_two(x + V(Reduction<V::Scalar>::round))),  \
      ROW(V, "times_power_of_two", times_power_of_two(x, y)),                                                      \
      ROW(V, "times_small_power_of_two", times_small_power_of_two(x, y)),                                          \
      ROW(V, "exponential value", exponential(x).value()), ROW(V, "exponential plus 1", exponential(x).plus(1.0)), \
      ROW(V, "exponential restored", restored(exponential(x))),                                                    \
      ROW(V, "rising exponential value", rising_exponential(x).value()),                                           \
      ROW(V, "rising exponential restored", inverse_restored(rising_exponential(x))),                              \
      ROW(V, "product restored", product_restored(exponential(x), y)), ROWS_OF_ALL(V, "")

// As formulas use them: e^x; e^-x; y e^x, which need not be as small as e^x.
auto restored(const auto& e) { return e.restore(narrow(e.value())); }
auto inverse_restored(const auto& e) { return e.restore(narrow(reciprocal(e.value()))); }
template <class V>
V product_restored(const auto& e, const V& y) {
  return e.restore_product(product(y, e.value()));
}

// Less the power of two that the sigmoid of 0 has more than 1/2.
auto unscaled(const auto& value, const auto& half) {
  const auto scale = narrow(half);
  return value * ((scale / (scale + scale)) / scale);
}

// Wide numbers that no float holds: xy and yy, which are exact.
constexpr vector_test::Function of_floats[] = {
    ROWS_OF_BOTH(Floats),
    ROW(Floats, "narrow xy", narrow(widen(x) * y)),
    ROW(Floats, "xy * xy", (widen(x) * y) * (widen(x) * y)),
    ROW(Floats, "xy + yy", widen(x) * y + widen(y) * y),
    ROW(Floats, "xy - yy", widen(x) * y - widen(y) * y),
    ROW(Floats, "xy / yy", (widen(x) * y) / (widen(y) * y)),
    ROW(Floats, "narrow xy / yy", narrow((widen(x) * y) / (widen(y) * y))),
    ROW(Floats, "reciprocal xy", reciprocal(widen(x) * y)),
    ROW(Floats, "sqrt xy", sqrt(widen(x) * y)),
    ROW(Floats, "offset xy", offset(widen(x) * y, 1.0)),
    ROW(Floats, "offset_product xy yy", offset_product(widen(x) * y, widen(y) * y, 1.0)),
    ROW(Floats, "x * yy", x*(widen(y) * y)),
    ROW(Floats, "product x yy", product(x, widen(y) * y)),
    ROW(Floats, "product xy yy", product(widen(x) * y, widen(y) * y)),
    ROW(Floats, "sum x yy", sum(x, widen(y) * y)),
    ROW(Floats, "log1p xy", log1p(widen(x) * y)),
    ROW(Floats, "exponential xy value", exponential(widen(x) * y).value()),
    ROW(Floats, "exponential xy restored", restored(exponential(widen(x) * y))),
    ROW(Floats, "rising exponential xy restored", inverse_restored(rising_exponential(widen(x) * y))),
    ROW(Floats, "split sigmoid value", unscaled(split_sigmoid(x).value(), split_sigmoid(Floats(0.0)).value())),
    ROW(Floats, "split sigmoid restored", split_sigmoid(x).restore(narrow(split_sigmoid(x).value()))),
    ROW(Floats, "split sigmoid complement", split_sigmoid(x).complement()),
    ROW(Floats, "quick_sigmoid", quick_sigmoid(x)),
    ROW(Floats, "quick_sigmoid xy", quick_sigmoid(widen(x) * y)),
    ROW(Floats, "sigmoid_slope", sigmoid_slope(x)),
    ROW(ShortFloats, "short sigmoid_slope", sigmoid_slope(x)),
    ROW(ShortFloats, "short scaled_normal_tail", scaled_normal_tail(x)),
    ROW(ShortFloats, "short exponential value", exponential(x).value()),
    ROWS_OF_ALL(ShortFloats, "short "),
};

constexpr vector_test::Function of_doubles[] = {
    ROWS_OF_BOTH(Doubles),
    ROWS_OF_FINE_EXPM1(Doubles, ""),
    ROWS_OF_ALL(SingleDoubles, "single "),
    ROWS_OF_FINE_EXPM1(SingleDoubles, "single "),
    ROW(SingleDoubles, "single scaled_normal_tail", scaled_normal_tail(x)),
    ROW(SingleDoubles, "single log1p_of_unit", log1p_of_unit(x)),
    ROW(SingleDoubles, "single fine_exp", fine_exp(x)),
    ROW(SingleDoubles, "single fine_erf", fine_erf(x)),
    ROW(SingleDoubles, "single fine_sin", fine_sin(x)),
    ROW(SingleDoubles, "single fine_cos", fine_cos(x)),
    ROW(SingleDoubles, "single fine_atan", fine_atan(x)),
};

constexpr float counted[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

template <class V>
V slope_times(const auto& slopes, const V& y) {
  return slopes.restore_slope(slopes.slope_times(y));
}
template <class V, class Short>
constexpr auto functions_of_gates() {
  if constexpr (fused_float)
    return std::array<vector_test::Function, 21>{{
        ROW(V, "logistic_gate_slope", logistic_gate_slope(x)),
        ROW(V, "logistic_gate_slope xy", logistic_gate_slope(x, Pair<V>(vector_test::multiple))),
        ROW(V, "logistic_gate and slope", logistic_gate_and_slope(x)[0]),
        ROW(V, "slope and logistic_gate", logistic_gate_and_slope(x)[1]),
        ROW(V, "scaled_logistic", scaled_logistic(x, y).times(x)),
        ROW(V, "scaled_gate_product", scaled_gate_product(x, x, y, y)),
        ROW(V, "logistic_slopes slope", slope_times(logistic_slopes(x), y)),
        ROW(V, "scaled_logistic_slopes value", scaled_logistic_slopes(x, y).value()),
        ROW(V, "scaled_logistic_slopes value times x", scaled_logistic_slopes(x, y).value_times(x)),
        ROW(V, "scaled_logistic_slopes gate_slope", scaled_logistic_slopes(x, y).gate_slope()),
        ROW(V, "scaled_gate_product by x", scaled_gate_product_slopes(x, x, y, y)[0]),
        ROW(V, "scaled_gate_product by y", scaled_gate_product_slopes(x, x, y, y)[1]),
        ROW(V, "scaled_logistic_slopes slope", slope_times(scaled_logistic_slopes(x, y), x)),
        ROW(Short, "short logistic_gate_slope", logistic_gate_slope(x)),
        ROW(Short, "short logistic_gate and slope", logistic_gate_and_slope(x)[0]),
        ROW(Short, "short scaled_logistic", scaled_logistic(x, y).times(x)),
        ROW(Short, "short scaled_logistic_slopes gate_slope", scaled_logistic_slopes(x, y).gate_slope()),
        ROW(Short, "short scaled_gate_product", scaled_gate_product(x, x, y, y)),
        ROW(V, "normal_gate", (NormalGate<MillsRatio, V>(x).value(x))),
        ROW(V, "normal_gate and slope", (NormalGate<FineMillsRatio, V>(x).value(x))),
        ROW(V, "normal_gate_slope", (NormalGate<FineMillsRatio, V>(x).slope(x))),
    }};
  else
    return std::array<vector_test::Function, 0>{};
}
constexpr auto of_gates = functions_of_gates<Floats, ShortFloats>();

template <class V>
V value_of(const TabledFall<V>& e) {
  return e.product(V(1.0), V(0.0)).high * V(e.unit);
}
template <class V, class Short>
constexpr auto functions_of_tables() {
  if constexpr (has_tables)
    return std::array<vector_test::Function, 43>{{
        ROW(V, "logistic_gate_product", logistic_gate_product(x, y)),
        ROW(V, "logistic_gate_product by x", logistic_gate_product_slopes(x, y)[0]),
        ROW(V, "logistic_gate_product by y", logistic_gate_product_slopes(x, y)[1]),
        ROW(Short, "short logistic_gate_product", logistic_gate_product(x, y)),
        ROW(V, "tabled normal_gate", tabled_normal_gate(x)),
        ROW(V, "tabled normal_gate and slope", tabled_normal_gate_and_slope(x)[0]),
        ROW(V, "tabled slope and normal_gate", tabled_normal_gate_and_slope(x)[1]),
        ROW(V, "tabled normal_gate_slope", tabled_normal_gate_slope(x)),
        ROW(Short, "short tabled normal_gate", tabled_normal_gate(of_16_bits(x))),
        ROW(V, "tabled normal distribution", tabled_normal_distribution(x, V(vector_test::centre), y)),
        ROW(V, "tabled normal density", tabled_normal_density(x, V(vector_test::centre), y)),
        ROW(V, "tabled normal mixture", tabled_normal_mixture(x, normal_mixture_factors(y, V(0.25)))),
        ROW(V, "tabled normal mixture by x", tabled_normal_mixture_slopes(x, normal_mixture_factors(y, V(0.25)))[0]),
        ROW(V, "tabled normal mixture by mu", tabled_normal_mixture_slopes(x, normal_mixture_factors(y, V(0.25)))[1]),
        ROW(V, "all of a tabled normal mixture", tabled_normal_mixture(x, normal_mixture_factors(y, V(0.0)))),
        ROW(V, "all of one by x", tabled_normal_mixture_slopes(x, normal_mixture_factors(y, V(0.0)))[0]),
        ROW(Short, "short tabled normal density", tabled_normal_density(x, Short(vector_test::centre), y)),
        ROW(Short, "short tabled normal mixture", tabled_normal_mixture(x, normal_mixture_factors(y, Short(0.25)))),
        ROW(V, "tabled tanh_gate", tabled_tanh_gate(x)),
        ROW(V, "tabled tanh_gate and slope", tabled_tanh_gate_and_slope(x)[0]),
        ROW(V, "tabled slope and tanh_gate", tabled_tanh_gate_and_slope(x)[1]),
        ROW(V, "tabled tanh_gate_slope", tabled_tanh_gate_slope(x)),
        ROW(Short, "short tabled tanh_gate and slope", tabled_tanh_gate_and_slope(of_16_bits(x))[0]),
        ROW(Short, "short tabled slope and tanh_gate", tabled_tanh_gate_and_slope(of_16_bits(x))[1]),
        ROW(V, "tabled tanhshrink", tabled_tanhshrink(x)),
        ROW(Short, "short tabled tanhshrink", tabled_tanhshrink(of_16_bits(x))),
        ROW(V, "tabled tanh", tabled_tanh(x)),
        ROW(V, "tabled wide tanh", tabled_wide_tanh(x)),
        ROW(Short, "short tabled tanh", tabled_tanh(of_16_bits(x))),
        ROW(V, "tabled softplus", tabled_softplus(x, y)),
        ROW(V, "tabled log_sigmoid", tabled_log_sigmoid(x)),
        ROW(V, "tabled sqrt_softplus", tabled_sqrt_softplus(x)),
        ROW(V, "tabled sqrt_softplus slope", tabled_sqrt_softplus_slope(x)),
        ROW(Short, "short tabled sqrt_softplus", tabled_sqrt_softplus(x)),
        ROW(Short, "short tabled sqrt_softplus slope", tabled_sqrt_softplus_slope(x)),
        ROW(V, "tabled exponential", tabled_exponential(x)),
        ROW(Short, "short tabled exponential", tabled_exponential(x)),
        ROW(V, "tabled exponential value", exponential(x).value()),
        ROW(V, "tabled fall", value_of(TabledFall<V>(x, y))),
        ROW(V, "middle of an eighth", middle_of_segment<8>(x)),
        ROW(V, "lookup of an eighth", lookup(counted, segment<8>(x))),
        ROW(V, "middle of a sixteenth", middle_of_segment<16>(x)),
        ROW(V, "lookup of a sixteenth", lookup(counted, segment<16>(x))),
    }};
  else
    return std::array<vector_test::Function, 0>{};
}
constexpr auto of_tables = functions_of_tables<Floats, ShortFloats>();

template <class E>
void load(const std::uint16_t* p, double* result, std::size_t n) {
  for (std::size_t done = 0; done < n; done += lanes<E>) {
    double all[lanes<E>];
    write(E::load(p + done), all);
    for (std::size_t i = 0; i < lanes<E>; ++i) result[done + i] = all[E::lane(static_cast<std::int64_t>(i))];
  }
}
template <class E>
void store(std::uint16_t* p, const double* a, std::size_t n) {
  for (std::size_t done = 0; done < n; done += lanes<E>) {
    float all[lanes<E>];
    for (std::size_t i = 0; i < lanes<E>; ++i)
      all[E::lane(static_cast<std::int64_t>(i))] = static_cast<float>(a[done + i]);
    E::store(p + done, E::Vector::load(all));
  }
}

struct BFloat16InOrder {
  using Vector = Batch<Float, 1>;
  static Vector load(const std::uint16_t* p) { return Vector(from_bfloat16(Shorts::load(p))); }
  static void store(std::uint16_t* p, const Vector& a) { to_bfloat16(a.v[0]).store(p); }
  static constexpr std::int64_t lane(std::int64_t element) { return element; }
};

template <class E>
constexpr vector_test::Storage storage_of{load<E>, store<E>};

}  // namespace

extern const vector_test::InstructionSet tested_functions;
const vector_test::InstructionSet tested_functions{
    of_floats,  of_doubles, of_gates, of_tables, storage_of<BFloat16>, storage_of<Float16>, storage_of<BFloat16InOrder>,
    fused_float};

}  // namespace torchactiv::TORCHACTIV_ISA
