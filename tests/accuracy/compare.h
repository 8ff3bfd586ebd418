// Compares what an implementation gave for a block of inputs with what is exact.
#pragma once

#include "tests/accuracy/block.h"

namespace accuracy {

// Adds to `accuracy` what the results of an output have: the value (0), or a partial derivative. Offers an infinity to
// `reference_gap` where the reference is NaN at a finite input.
template <class Format>
void compare(const Block<Format>& block, int output, const std::vector<typename Format::Bits>& results,
             Accuracy& accuracy, Largest& reference_gap);

}  // namespace accuracy
