// The figures that are measured, and where each was found.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/accuracy/reference.h"

namespace accuracy {

// Values of the inputs, then of the arguments.
using Point = std::array<double, most_variables>;

// Which of two points is named where both would do: one rule, so that the result does not depend on the threads.
inline bool goes_first(const Point& a, const Point& b) {
  const double x = std::fabs(a[0]), y = std::fabs(b[0]);
  if (x == 0 && y == 0 && std::signbit(a[0]) != std::signbit(b[0])) return std::signbit(b[0]);
  return x < y || (x == y && a < b);
}

struct Largest {
  double error = 0;
  Point at{};

  void offer(double candidate, const Point& point) {
    if (candidate > error || (candidate == error && error > 0 && goes_first(point, at))) {
      error = candidate;
      at = point;
    }
  }
};

// Of the value or of one partial derivative.
struct Accuracy {
  Largest ulp;              // of a derivative: where its magnitude is at least 1/16
  Largest absolute;         // of a derivative elsewhere; for 16-bit types what goes beyond the half ulp of rounding
  Largest tail;             // in ulp: likewise, but only where |first input| > 8
  std::uint64_t wrong = 0;  // NaN, infinities, signs of zeros
  Point first_wrong{};

  void count_wrong(const Point& point) {
    if (wrong == 0 || goes_first(point, first_wrong)) first_wrong = point;
    ++wrong;
  }

  void merge(const Accuracy& other) {
    ulp.offer(other.ulp.error, other.ulp.at);
    absolute.offer(other.absolute.error, other.absolute.at);
    tail.offer(other.tail.error, other.tail.at);
    if (other.wrong > 0 && (wrong == 0 || goes_first(other.first_wrong, first_wrong))) first_wrong = other.first_wrong;
    wrong += other.wrong;
  }
};

// Of one operator, instruction set and format: the value, then the partial derivatives.
using Figures = std::vector<Accuracy>;

inline void merge(Figures& into, const Figures& from) {
  into.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) into[i].merge(from[i]);
}

}  // namespace accuracy
