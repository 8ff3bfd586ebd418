// Functions of floats that are computed in double and rounded once: within 0.53 ulp.
#pragma once

#include "csrc/numbers/batches.h"

namespace torchactiv::TORCHACTIV_ISA {

// function(SingleDoubles), of two vectors of floats at a time.
template <class Function>
Floats through_doubles(const Floats& a, Function function) {
  static_assert(lockstep % 2 == 0);
  Floats result;
  for (int i = 0; i < lockstep; i += 2) {
    const SingleDoubles part =
        function(SingleDoubles(low_half(a.v[i]), high_half(a.v[i]), low_half(a.v[i + 1]), high_half(a.v[i + 1])));
    result.v[i] = join(part.v[0], part.v[1]);
    result.v[i + 1] = join(part.v[2], part.v[3]);
  }
  return result;
}

#define TORCHACTIV_THROUGH_DOUBLES(function)                                       \
  inline Floats function(const Floats& a) {                                        \
    return through_doubles(a, [](const SingleDoubles& x) { return function(x); }); \
  }
TORCHACTIV_THROUGH_DOUBLES(log1p)
TORCHACTIV_THROUGH_DOUBLES(erfcx)
TORCHACTIV_THROUGH_DOUBLES(erfcx_slope)
TORCHACTIV_THROUGH_DOUBLES(erf)
TORCHACTIV_THROUGH_DOUBLES(sin)
TORCHACTIV_THROUGH_DOUBLES(cos)
TORCHACTIV_THROUGH_DOUBLES(atan)
inline Floats fine_erf(const Floats& a) { return erf(a); }
inline Floats fine_sin(const Floats& a) { return sin(a); }
inline Floats fine_cos(const Floats& a) { return cos(a); }
inline Floats fine_atan(const Floats& a) { return atan(a); }
#undef TORCHACTIV_THROUGH_DOUBLES

}  // namespace torchactiv::TORCHACTIV_ISA
