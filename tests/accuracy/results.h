// What was measured, in words and in the order in which it is told.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "tests/accuracy/sweep.h"

namespace accuracy {

// The figures of one implementation in one format.
struct Result {
  const Measurement* measurement;
  std::string implementation;  // an instruction set, or "PyTorch"
  bool ours;
  const Figures* figures;

  const char* name() const { return measurement->measured->reference->name; }
  std::string output_name(std::size_t output) const;  // "value", or the input that a partial derivative is by
  std::string at(const Point& point) const;           // "x = 1, alpha = 2"
  std::string at(const Largest& largest) const { return largest.error == 0 ? "" : at(largest.at); }
};

std::vector<Result> results(const std::vector<Measurement>& measurements, const Options& options);

// As printf writes it; of moderate length.
template <class... Values>
std::string text(const char* format, Values... values) {
  char buffer[256];
  std::snprintf(buffer, sizeof buffer, format, values...);
  return buffer;
}

}  // namespace accuracy
