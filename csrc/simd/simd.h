// Vectors of floats and doubles for the instruction set that this translation unit is compiled for.
//
// Everything lives in a namespace named after the instruction set, so that code compiled for a newer CPU can never be
// picked by the linker for an older one. An instruction set's header offers
//   Float, Double          lanes, Scalar, load, store, arithmetic, comparisons, select, fma, abs, copysign,
//                          maximum_or_second, minimum_or_second
//   low_half, high_half    of a Float (or its mask) as Double; join puts two Double back into a Float, rounding once
//   scale_exponent         a power of two by integer addition
//   fused_float            whether fma of Float is one instruction
//   load_half, store_half, load_bfloat16, store_bfloat16   between 16-bit memory and Float
#pragma once

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

}  // namespace torchactiv::TORCHACTIV_ISA
