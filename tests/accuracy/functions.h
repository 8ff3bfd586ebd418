// The functions of tests/python/reference_language.py.
#pragma once

#include <cmath>
#include <limits>

namespace accuracy::functions {

using std::atan, std::cos, std::erf, std::erfc, std::fabs, std::fmax, std::fmin, std::log, std::log1p, std::sin,
    std::sinh, std::sqrt, std::tanh;

// Beyond ±746 lie nearly half of all floats, where a library takes its time to report that it has no result.
constexpr double overflow = 746;

inline long double exp(long double x) { return std::exp(x); }
inline double exp(double x) {
  if (x > overflow) return std::numeric_limits<double>::infinity();
  return x < -overflow ? 0 : std::exp(x);
}

inline long double expm1(long double x) { return std::expm1(x); }
inline double expm1(double x) {
  if (x > overflow) return std::numeric_limits<double>::infinity();
  return x < -overflow ? -1 : std::expm1(x);
}

inline long double cosh(long double x) { return std::cosh(x); }
inline double cosh(double x) {
  return std::fabs(x) > overflow ? std::numeric_limits<double>::infinity() : std::cosh(x);
}

}  // namespace accuracy::functions
