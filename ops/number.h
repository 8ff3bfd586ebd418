// The vocabulary that the mathematics in ops/ is written in.
//
// An activation is a template over a number type N. The types that model N live in csrc/numbers/ and
// csrc/simd/: double, a SIMD vector, a jet (value and derivative), an at::Tensor. Each of them offers,
// found by argument-dependent lookup, what the concept below lists.
//
// Wide<N> is a number with more precision than N, for intermediate results: what is computed in it
// carries errors far below half a unit in the last place of N, so that a formula written in Wide<N> and
// narrowed once at the end is within 1 ulp. Where N needs no more precision (double, jets, tensors),
// Wide<N> is N itself.
#pragma once

#include <concepts>

namespace torchactiv {

// Specialised by each number type: Wide, Mask (what a comparison gives) and Exponential.
template <class N>
struct NumberTraits;

template <class N>
using Wide = typename NumberTraits<N>::Wide;
template <class N>
using Mask = typename NumberTraits<N>::Mask;

// e^x for x <= 60, in a form that neither loses digits among the denormals nor underflows before its time:
//   .value       e^x as a Wide<N>; may be flushed to zero where e^x is below the smallest normal number
//   .mantissa    a Wide<N> with e^x = mantissa * 2^exponent
//   .restore(y)  narrow(y) * 2^exponent, rounded once in effect
// So e^x / (1 + e^x), say, is restore(mantissa / (1 + value)).
template <class N>
using Exponential = typename NumberTraits<N>::Exponential;

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
  { select(m, a, b) } -> std::convertible_to<N>;
  { select(m, w, w) } -> std::convertible_to<Wide<N>>;
  { fma(a, b, a) } -> std::convertible_to<N>;  // a * b + c, rounded once where the machine can
  { fma(w, w, w) } -> std::convertible_to<Wide<N>>;
  { abs(a) } -> std::convertible_to<N>;
  { copysign(a, b) } -> std::convertible_to<N>;  // the magnitude of a with the sign of b
  { at_least(a, b) } -> std::convertible_to<N>;  // the larger; NaN stays, the bound b is never NaN
  { at_most(a, b) } -> std::convertible_to<N>;   // the smaller; likewise
  { widen(a) } -> std::convertible_to<Wide<N>>;
  { narrow(w) } -> std::convertible_to<N>;  // rounds once
  { w * w + w / w - w } -> std::convertible_to<Wide<N>>;
  { exp(a) } -> std::convertible_to<N>;                       // within 1 ulp; a <= 60 or NaN
  { exponential(a) } -> std::convertible_to<Exponential<N>>;  // a <= 60 or NaN
  { expm1(a) } -> std::convertible_to<Wide<N>>;  // e^a - 1 to the last digits near 0, but not the sign of -0
};

}  // namespace torchactiv
