#include "tests/accuracy/screen.h"

#include <cstdint>

// The tool runs on any x86-64, and takes wider vectors where there are some.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define FOR_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define FOR_VECTORS
#endif
#define INLINE [[gnu::always_inline]] inline

namespace accuracy {
namespace {

INLINE std::int64_t to_bits(double x) { return std::bit_cast<std::int64_t>(x); }

// What follows equals the functions of format.h, but has no branches and needs only what vectors have. NaN stays NaN.
INLINE double bounded(double x, double bound) {
  const double upper = x > bound ? bound : x;
  return upper < -bound ? -bound : upper;
}

template <class Format>
constexpr double first_binade = Format::largest_exponent == 127 ? 0x1p-126 : 0x1p-14;
template <class Format>
constexpr double last_binade = Format::largest_exponent == 127 ? 0x1p127 : 0x1p15;

template <class Format>
INLINE double distance_in_vector(double result, double exact) {
  constexpr double end = 2 * last_binade<Format>;
  const bool overflown = std::fabs(result) > end;  // is infinite
  return std::fabs(bounded(result, end) - (overflown ? bounded(exact, end) : exact));
}

// 1 / unit_in_last_place(exact)
template <class Format>
INLINE double units_in_one(double exact) {
  const double magnitude = std::fabs(exact);
  const double least = magnitude < first_binade<Format> ? first_binade<Format> : magnitude;
  const double within = least > last_binade<Format> ? last_binade<Format> : least;
  const std::int64_t exponent = to_bits(within) & (std::int64_t{0x7ff} << 52);
  return std::bit_cast<double>((std::int64_t{2 * 1023 + Format::precision - 1} << 52) - exponent);
}

// Written so that NaN is not within the limit.
INLINE bool beyond(double error, double limit) { return !(error <= limit); }

template <class Format>
INLINE bool screen_value(const Columns<Format>& columns, const Limits& limits) {
  std::int64_t attention = 0;
  const double limit = limits.ulp;
  for (int j = 0; j < columns.n; ++j) {
    const double x = columns.x[j], exact = columns.exact[j], result = decode<Format>(columns.results[j]);
    const double slack = near_zero(x, exact) ? crossing_slack : 0;
    const double error = (distance_in_vector<Format>(result, exact) + slack) * units_in_one<Format>(exact);
    const bool wrong_sign = (result == 0) & ((to_bits(result) ^ to_bits(exact)) < 0);
    const bool infinite = std::fabs(x) > std::numeric_limits<double>::max();
    const bool both_nan = (x != x) & (result != result);
    attention |= (beyond(error, limit) | wrong_sign | infinite) & !both_nan ? 1 : 0;
  }
  return attention != 0;
}

template <class Format>
INLINE bool screen_partial(const Columns<Format>& columns, const Limits& limits) {
  std::int64_t attention = 0;
  const double limit = limits.ulp, absolute_limit = limits.absolute, tail_limit = limits.tail;
  for (int j = 0; j < columns.n; ++j) {
    const double x = columns.x[j], exact = columns.exact[j], result = decode<Format>(columns.results[j]);
    const double distance = distance_in_vector<Format>(result, exact), units = units_in_one<Format>(exact);
    const double error = distance * units;
    // Of 16-bit types what goes beyond the rounding.
    const double absolute = bit_count<Format> == 32 ? distance : distance - 0.5 / units;
    const bool in_tail = std::fabs(x) > tail_begin;
    const bool small = std::fabs(exact) < slope_limit;
    const bool suspect = (!small & beyond(error, limit)) | (small & beyond(absolute, absolute_limit)) |
                         (small & in_tail & beyond(error, tail_limit));
    const bool infinite = std::fabs(x) > std::numeric_limits<double>::max();
    const bool both_nan = (x != x) & (result != result);
    attention |= (suspect | infinite) & !both_nan ? 1 : 0;
  }
  return attention != 0;
}

}  // namespace

// Templates cannot be compiled for several targets: these are the functions that are.
#define SCREENS(Format)                                                                          \
  FOR_VECTORS void decode_for_vectors(const Format::Bits* bits, int n, double* values, Format) { \
    for (int j = 0; j < n; ++j) values[j] = decode<Format>(bits[j]);                             \
  }                                                                                              \
  FOR_VECTORS bool value_for_vectors(const Columns<Format>& columns, const Limits& limits) {     \
    return screen_value(columns, limits);                                                        \
  }                                                                                              \
  FOR_VECTORS bool partial_for_vectors(const Columns<Format>& columns, const Limits& limits) {   \
    return screen_partial(columns, limits);                                                      \
  }                                                                                              \
  template <>                                                                                    \
  void decode_column<Format>(const Format::Bits* bits, int n, double* values) {                  \
    decode_for_vectors(bits, n, values, Format{});                                               \
  }                                                                                              \
  template <>                                                                                    \
  bool value_needs_attention<Format>(const Columns<Format>& columns, const Limits& limits) {     \
    return value_for_vectors(columns, limits);                                                   \
  }                                                                                              \
  template <>                                                                                    \
  bool partial_needs_attention<Format>(const Columns<Format>& columns, const Limits& limits) {   \
    return partial_for_vectors(columns, limits);                                                 \
  }

SCREENS(Float32)
SCREENS(BFloat16)
SCREENS(Float16)

}  // namespace accuracy
