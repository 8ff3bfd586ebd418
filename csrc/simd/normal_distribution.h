// The tail of the normal distribution in vectors. V is a batch. Coefficients: tools/polynomial_coefficients.py. The
// errors that are named here are tested by tests/cpp/vector.
#pragma once

#include "csrc/simd/exponential.h"

namespace torchactiv::TORCHACTIV_ISA {

constexpr double normal_tail_centre = 4;
// e^(a^2 / 2) Phi(-a) (a + 4) of t = (a - 4) / (a + 4), to a relative error of 2^-28.81.
constexpr double single_normal_tail[] = {
    0x1.82b4bb8c94dcep-1,   -0x1.373e3a2b0769ap-1,  0x1.8c6dbf3453d30p-2,   -0x1.7dff55796837cp-3,
    0x1.eec4c5a7db1d6p-5,   -0x1.edfd3e40ce7c2p-8,  -0x1.c813996462550p-9,  0x1.a92f3802d4e8fp-10,
    0x1.16ce1ab949c90p-13,  -0x1.c3e71de033399p-13, -0x1.2740bb135c179p-20, 0x1.62d89bffc11a3p-16,
    -0x1.c47dc674952c5p-23,
};
// The same to a relative error of 2^-23.18.
constexpr double short_normal_tail[] = {
    0x1.82b4bb71457b8p-1,  -0x1.373e38fae24bep-1, 0x1.8c6dc9d453e40p-2,  -0x1.7e00643c6818dp-3, 0x1.eec2270075953p-5,
    -0x1.ece9ba86d80e9p-8, -0x1.c7a1cc38f448ap-9, 0x1.9d12ee9ef1b91p-10, 0x1.0f3ef3283adfdp-13, -0x1.5507f83d7cfdap-13,
};

// e^(a^2 / 2) Phi(-a) for a >= 0, Phi being the normal distribution. Relative errors: 2^-28.7 in double for a float,
// 2^-21 in a float that will be rounded to 16 bits (2^-20 beyond 15, where e^(-a^2 / 2) is 0). NaN stays, infinity
// gives 0.
template <class V>
V normal_tail(const V& a) {
  const V inverse = V(1.0) / (a + V(normal_tail_centre));
  const V t = V::is_single ? fma(inverse, V(-2 * normal_tail_centre), V(1.0))
                           : (at_most(a, V(0x1p100)) - V(normal_tail_centre)) * inverse;
  if constexpr (V::is_short) return polynomial(t, t * t, short_normal_tail) * inverse;
  return polynomial(t, t * t, single_normal_tail) * inverse;
}

}  // namespace torchactiv::TORCHACTIV_ISA
