// The vocabulary that the mathematics in ops/ is written in.
//
// An activation is a template over a number type N. The types that model N live in csrc/: batches of SIMD vectors, a
// jet (value and derivative) over any of them, an at::Tensor. Each of them offers, found by argument-dependent lookup,
// what the concept below lists.
//
// Wide<N> is a number with more precision than N, for intermediate results: what is computed in it carries errors far
// below half a unit in the last place of N, so that a formula written in Wide<N> and narrowed once at the end is within
// 1 ulp. Where N needs no more precision (doubles, floats that will be rounded to 16 bits, tensors), Wide<N> is N
// itself.
#pragma once

#include <concepts>

namespace torchactiv {

// Specialised by each number type: Wide, Mask (what a comparison gives), exponent_limit, product_limit, square_limit;
// has_spare_digits: whether it computes with far more digits than its elements have, and with more range: the product
// of seven of them does not overflow; has_spare_range: whether, moreover, limited() loses nothing of an infinite one
// but that it is infinite (of a jet it loses the tangent).
template <class N>
struct NumberTraits;

template <class N>
using Wide = typename NumberTraits<N>::Wide;
template <class N>
using Mask = typename NumberTraits<N>::Mask;
inline bool any(bool mask) { return mask; }  // that of a number which is one

// Where x is below -exponent_limit, e^x is zero, and so is its product with a number up to 1024; below -product_limit,
// its product with any number. Above exponent_limit e^x is infinite in the elements' type.
template <class N>
constexpr double exponent_limit = NumberTraits<N>::exponent_limit;
template <class N>
constexpr double product_limit = NumberTraits<N>::product_limit;

// A number whose square, and four times it, is finite, and beside which 1 is nothing.
template <class N>
constexpr double square_limit = NumberTraits<N>::square_limit;

// e^x and e^x - 1; and, with them, what is left of e^x - 1 when x is taken away.
template <class N>
struct ExpAndExpm1 {
  N e, value;
};
template <class N>
struct FineExpm1 {
  N e, value, curved;
};

// exponential(x) is e^x in a form that neither loses digits among the denormals nor underflows before its time:
//   .value()     e^x as a Wide<N>; or, far out in its tail, where it is nothing beside 1, a multiple of it
//   .plus(c)     e^x + c as a Wide<N>, for a positive c of few bits
//   .restore(y)  of a y that is proportional to e^x in the tail: y without that multiple, rounded once in effect
//   .restore_product(y)  the same; needed where x was limited by product_limit
// So e^x / (1 + e^x), say, is e.restore(narrow(e.value() / e.plus(1.0))).
template <class N>
concept Number = requires(N a, N b, Wide<N> w, Mask<N> m) {
  N(1.0);
  { a + b } -> std::convertible_to<N>;
  { a - b } -> std::convertible_to<N>;
  { a * b } -> std::convertible_to<N>;
  { a / b } -> std::convertible_to<N>;
  { -a } -> std::convertible_to<N>;
  { a < b } -> std::convertible_to<Mask<N>>;
  { a <= b } -> std::convertible_to<Mask<N>>;
  { a > b } -> std::convertible_to<Mask<N>>;
  { any(m) } -> std::convertible_to<bool>;  // false if it holds nowhere, for which nothing need be calculated
  { select(m, a, b) } -> std::convertible_to<N>;
  { select(m, w, w) } -> std::convertible_to<Wide<N>>;
  { fma(a, b, a) } -> std::convertible_to<N>;  // a * b + c, rounded once where the machine can
  { fma(w, w, w) } -> std::convertible_to<Wide<N>>;
  { sum(a, w) } -> std::convertible_to<N>;  // a + w of positive numbers, to 0.75 ulp
  { abs(a) } -> std::convertible_to<N>;
  { copysign(a, b) } -> std::convertible_to<N>;  // the magnitude of a with the sign of b
  { at_least(a, b) } -> std::convertible_to<N>;  // the larger; NaN stays, the bound b is never NaN
  { at_most(a, b) } -> std::convertible_to<N>;   // the smaller; likewise
  { widen(a) } -> std::convertible_to<Wide<N>>;
  { narrow(w) } -> std::convertible_to<N>;  // rounds once
  { w * w + w / w - w } -> std::convertible_to<Wide<N>>;
  { a * w } -> std::convertible_to<Wide<N>>;
  { product(a, w) } -> std::convertible_to<N>;         // a * w rounded once; a may be infinite, if w is a number
  { offset(w, 1.0) } -> std::convertible_to<Wide<N>>;  // w + a constant of few bits, which is fast
  { product(w, w) } -> std::convertible_to<N>;         // w * w rounded once
  { offset_product(w, w, 1.0) } -> std::convertible_to<Wide<N>>;  // w * w + a constant of its sign and of few bits
  { reciprocal(w) } -> std::convertible_to<Wide<N>>;
  { exp(a) } -> std::convertible_to<N>;       // within 1 ulp, 1.1 of a double; |a| <= exponent_limit or NaN
  { fine_exp(a) } -> std::convertible_to<N>;  // to all digits of the type that N is computed in: it may be an exponent
  { sigmoid(a) } -> std::convertible_to<N>;   // 1 / (1 + e^-a) within 1 ulp, 1.3 of a double
  exponential(a);                             // -product_limit <= a <= 60 or NaN; the tail is where a -> -inf
  exponential(w);                             // likewise
  rising_exponential(w);
  rising_exponential(a);  // -60 <= a <= product_limit or NaN; the tail is where a -> inf, e^-a what can be restored
  { expm1(a) } -> std::convertible_to<Wide<N>>;  // e^a - 1 to the last digits near 0, but not the sign of -0
  { exp_and_expm1(a) } -> std::convertible_to<ExpAndExpm1<N>>;  // what exp(a) and narrow(expm1(a)) are
  { fine_expm1(a) } -> std::convertible_to<FineExpm1<N>>;       // to all digits of the type that N is computed in
  { sqrt(a) } -> std::convertible_to<N>;                        // of a >= 0 or NaN
  { sqrt(w) } -> std::convertible_to<Wide<N>>;                  // of 0 or of 2^-100 <= w < 2^127
  { log1p(a) } -> std::convertible_to<N>;                       // log(1 + a) to the last digits near 0; a > -1/2 or NaN
  { log1p(w) } -> std::convertible_to<Wide<N>>;                 // likewise; 0 <= w <= 1 or NaN
  { erf(a) } -> std::convertible_to<N>;                         // to the last digits near 0
  { fine_erf(a) } -> std::convertible_to<N>;     // to all digits of the type that N is computed in, likewise
  { erfcx(a) } -> std::convertible_to<N>;        // e^(a^2) erfc(a); a >= 0 or NaN
  { erfcx_slope(a) } -> std::convertible_to<N>;  // its derivative, 2 a erfcx(a) - 2 / sqrt(pi), without cancellation
  { sin(a) } -> std::convertible_to<N>;          // of any product of two elements; NaN at the infinities
  { cos(a) } -> std::convertible_to<N>;          // likewise
  { fine_sin(a) } -> std::convertible_to<N>;     // to all digits of the type that N is computed in
  { fine_cos(a) } -> std::convertible_to<N>;     // likewise
  { atan(a) } -> std::convertible_to<N>;         // of any a
  { fine_atan(a) } -> std::convertible_to<N>;    // to all digits of the type that N is computed in
};

// NaN stays.
template <Number N>
N limited(const N& x, double low, double high) {
  return at_most(at_least(x, N(low)), N(high));
}

}  // namespace torchactiv
