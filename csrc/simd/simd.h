// Vectors of floats and doubles for the instruction set that this translation unit is compiled for.
//
// Everything lives in a namespace named after the instruction set, so that code compiled for a newer CPU can never be
// picked by the linker for an older one. An instruction set's header offers
//   Float, Double          lanes, Scalar, load, store, arithmetic, comparisons, select, fma, negative_fma (c - a * b),
//                          abs, sqrt, copysign, maximum_or_second, minimum_or_second
//   low_half, high_half    of a Float (or its mask) as Double; join puts two Double back into a Float, rounding once
//   power_of_two           by shifting an integer into the exponent
//   exponent, inverse_power    the exponent e of a positive normal number, and 2^-e, which must be normal; of what is
//                          none they are any number
//   negated_where_odd      of (a, biased): a, negated where the last bit of `biased` is set
//   lookup                 of Double: the entry of a table of 16 that the lowest four bits of an index name
//   any                    whether a mask has a lane set
//   sum_of_lanes           of what a Float or a Double is made of, joined two by two
//   times_power_of_two     a * 2^n for an integral n <= 0 for which 2^n is not denormal
//   times_small_power_of_two   likewise for any smaller n, rounded once in effect
//   lockstep               how many vectors are best computed side by side
//   fused_float            whether fma of Float is one instruction
//   has_tables             whether one instruction looks up in 32 floats; then there are, of Float:
//     lookup                 the entry of a table of 32 or 16 that the lowest bits of an index name
//     segment                which part of an octave, of eight or sixteen, and of how many octaves a table has, a
//                            positive number lies in, in the lowest bits
//     middle_of_segment      the number in the middle of that
//     without_lowest_bits    a number with those bits 0
//     times_whole_power      of (a, n): a * 2^floor(n / steps) for integral |n| <= 180 * steps, rounded once
//     lookup_power           2^(n / 16) of the integer n in the lowest bits of an index; the table has 2^(j / 16), from
//                            whose bits j << 19 is taken
//                          and of Double:
//     lookup_power           2^(n / 8) likewise, less j << 49
//   has_estimates          whether there is, of Double, estimated_inverse_sqrt: to a relative error of 2^-14
//   has_streams            whether Float and Double have stream(p), to an aligned p: a store that goes by the caches to
//                          memory, which end_streams() makes all others see
//   loads_whole_lines      whether a Float is as wide as a line of the cache
//   Shorts                 as many 16-bit elements as a Float has lanes: load, store; load_some, store_some for the
//                          first n > 0 of them, those behind being 0
//   from_half, to_half, from_bfloat16, to_bfloat16   between these and Float; any NaN stays one
//   load_even_bfloat16, load_odd_bfloat16, store_bfloat16   the same for every second of 2 * Float::lanes elements;
//                          what is stored must have no NaN with any of its low 16 bits set, which would be rounded up
#pragma once

namespace torchactiv {

// times_small_power_of_two by two factors, neither of which is denormal. `round` is what power_of_two wants added.
template <class V>
V times_two_powers(const V& a, const V& n, double round) {
  const V half = fma(n, V(0.5), V(round)), rest = n - (half - V(round)) + V(round);
  return a * power_of_two(half) * power_of_two(rest);
}

}  // namespace torchactiv

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define TORCHACTIV_ISA avx512
#include "csrc/simd/avx512.h"
#elif defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#define TORCHACTIV_ISA avx2
#include "csrc/simd/avx2.h"
#else
#define TORCHACTIV_ISA baseline
#include "csrc/simd/baseline.h"
#endif

namespace torchactiv::TORCHACTIV_ISA {

template <class V>
concept Vector = requires { V::lanes; };

// NaN stays; the bound must not be NaN.
template <Vector V>
V at_least(V a, V bound) {
  return maximum_or_second(bound, a);
}
template <Vector V>
V at_most(V a, V bound) {
  return minimum_or_second(bound, a);
}

// To be called beside loads of data that may come from memory: a second access to each line. Zen 4 fetches ahead in a
// stream only where lines are accessed more than once, which loads of whole lines do not: three streams from memory
// took 1.15 times as long without this. It costs nothing to speak of where the data are in the caches.
inline void touch_lines([[maybe_unused]] const void* p, [[maybe_unused]] int bytes) {
  if constexpr (loads_whole_lines)
    for (int i = 0; i < bytes; i += 64) asm volatile("cmpb $0, %0" : : "m"(static_cast<const char*>(p)[i]) : "cc");
}

}  // namespace torchactiv::TORCHACTIV_ISA
