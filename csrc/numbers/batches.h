// The batches that kernels compute in: `lockstep` vectors at a time.
#pragma once

#include "csrc/simd/arctangent.h"
#include "csrc/simd/error_function.h"
#include "csrc/simd/logarithm.h"
#include "csrc/simd/logistic.h"
#include "csrc/simd/normal_distribution.h"
#include "csrc/simd/normal_gate.h"
#include "csrc/simd/scaled_logistic.h"
#include "csrc/simd/single_exponential.h"
#include "csrc/simd/tabled_error_function.h"
#include "csrc/simd/tabled_normal_mixture.h"
#include "csrc/simd/tabled_normal_tail.h"
#include "csrc/simd/tabled_softplus.h"
#include "csrc/simd/tabled_sqrt_softplus.h"
#include "csrc/simd/tabled_tanh.h"
#include "csrc/simd/tabled_tanh_gate.h"
#include "csrc/simd/tabled_tanhshrink.h"
#include "csrc/simd/trigonometry.h"

namespace torchactiv::TORCHACTIV_ISA {

using Floats = Batch<Float, lockstep>;
using Doubles = Batch<Double, lockstep>;
template <int parts>
using ShortFloatsOf = Batch<Float, parts, Rounding::to_16_bits>;
using ShortFloats = ShortFloatsOf<lockstep>;
// Of elements that are floats or shorter.
template <int parts>
using SingleDoublesOf = Batch<Double, parts, Rounding::to_32_bits>;
using SingleDoubles = SingleDoublesOf<4>;

}  // namespace torchactiv::TORCHACTIV_ISA
