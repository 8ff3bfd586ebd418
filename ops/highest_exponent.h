#pragma once

#include "ops/number.h"

namespace torchactiv {

// Up to it e^x and e^x - 1 are finite in what N is computed in: floats, doubles that will be floats, or doubles.
// Beyond, expm1() gives anything.
template <Number N>
constexpr double highest_exponent = exponent_limit<N> < 700   ? 88
                                    : exponent_limit<N> < 709 ? 700
                                                              : 709;

}  // namespace torchactiv
