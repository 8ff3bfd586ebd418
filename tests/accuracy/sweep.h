// Sweeps an operator over the inputs of a format, on several threads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/accuracy/figures.h"
#include "tests/accuracy/operators.h"

namespace accuracy {

struct Options {
  std::uint64_t stride = 1;       // of the bit patterns of float32; of 16-bit formats all are taken
  std::vector<int> capabilities;  // indices of capabilities()
  bool with_pytorch = false;
  int threads = 1;
};

// Of float32 at other values than the default of arguments and further inputs, where Options::stride is smaller.
constexpr std::uint64_t least_further_stride = 193;

struct Measurement {
  const Operator* measured;
  std::string format;
  int precision;                 // of the format, in bits
  std::vector<Figures> figures;  // one for each of Options::capabilities
  Figures pytorch;               // empty where it was not measured
  Largest reference_gap;
  std::uint64_t inputs;  // how many there were
};

// Calls progress(done) with a fraction from 0 to 1 now and then, from one thread at a time.
template <class Format>
Measurement sweep(const Operator& op, const Options& options, const std::function<void(double)>& progress);

}  // namespace accuracy
