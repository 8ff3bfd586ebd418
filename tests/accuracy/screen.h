// Loops over columns that run for every input, and so have to be cheap: they are compiled for vectors.
#pragma once

#include "tests/accuracy/block.h"

namespace accuracy {

template <class Format>
void decode_column(const typename Format::Bits* bits, int n, double* values);

// Errors that are of no interest, as there is a larger one already. In the units of Accuracy.
struct Limits {
  double ulp, absolute, tail;
};

// A part of a block: the first input, and of one output the reference in double and what is to be compared with it.
template <class Format>
struct Columns {
  const double* x;
  const double* exact;
  const typename Format::Bits* results;
  int n;
};

// Whether any of them has an error beyond the limits, is a special value that needs a closer look, or has a wrong sign.
template <class Format>
bool value_needs_attention(const Columns<Format>& columns, const Limits& limits);
template <class Format>
bool partial_needs_attention(const Columns<Format>& columns, const Limits& limits);

}  // namespace accuracy
