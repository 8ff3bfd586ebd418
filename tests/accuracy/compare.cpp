#include "tests/accuracy/compare.h"

#include "tests/accuracy/screen.h"

namespace accuracy {
namespace {

// Errors against the reference in double that come this near to the largest are confirmed in long double.
constexpr double ulp_margin = 0x1p-20, absolute_margin = 0x1p-50;
// Errors that are beyond every bound are taken as double gives them: they may grow from input to input.
constexpr double hopeless_ulp = 4, hopeless_absolute = 0x1p-25;

constexpr int piece_size = 512;  // of which one element that needs attention gives it to all

double limit(const Largest& largest, double margin) { return std::max(largest.error - margin, margin); }

// What an absolute error is beyond the rounding to a 16-bit type; a float's rounding is part of its bound.
template <class Format, class T>
double absolute_error(double result, T exact) {
  const T error = distance<Format>(result, exact);
  if constexpr (bit_count<Format> == 32) return static_cast<double>(error);
  return static_cast<double>(std::max<T>(error - unit_in_last_place<Format>(exact) / 2, 0));
}

template <class Format>
class Comparison {
 public:
  using Bits = typename Format::Bits;

  Comparison(const Block<Format>& block, int output, const std::vector<Bits>& results, Accuracy& accuracy, Largest& gap)
      : block_(block),
        output_(output),
        x_(block.x()),
        exact_(block.exact(output)),
        results_(results),
        accuracy_(accuracy),
        reference_gap_(gap) {}

  void run() {
    for (int begin = 0; begin < block_.size(); begin += piece_size) {
      const int n = std::min(piece_size, block_.size() - begin);
      const Columns<Format> columns{x_ + begin, exact_ + begin, results_.data() + begin, n};
      const Limits limits{limit(accuracy_.ulp, ulp_margin), limit(accuracy_.absolute, absolute_margin),
                          limit(accuracy_.tail, ulp_margin)};
      const bool attention = output_ == 0 ? value_needs_attention<Format>(columns, limits)
                                          : partial_needs_attention<Format>(columns, limits);
      for (int j = begin; attention && j < begin + n;) j = look_at(j, begin + n);
    }
  }

 private:
  double result(int j) const { return decode<Format>(results_[static_cast<std::size_t>(j)]); }
  bool in_tail(int j) const { return std::fabs(x_[j]) > tail_begin; }

  // Returns the element that is to be looked at next.
  int look_at(int j, int end) {
    const double exact = exact_[j], given = result(j);
    if (!std::isfinite(x_[j]) || std::isnan(exact) || std::isnan(given) || (std::isinf(exact) && given != exact)) {
      look_at_special(j);
      return j + 1;
    }
    const bool wrong_sign = output_ == 0 && given == 0 && std::signbit(given) != std::signbit(exact);
    if (wrong_sign) accuracy_.count_wrong(block_.point(j));
    if (std::isinf(exact) || !needs_long_double(j)) return j + 1;

    const long double confirmed = block_.exact_at(output_, j);
    offer(j, confirmed);
    if (wrong_sign) return j + 1;
    // Where a function is flat, an error may be the largest at half of all inputs: the first and the last stand for
    // all.
    const int after = end_of_run(j, end);
    if (after == j + 1 || block_.exact_at(output_, after - 1) == confirmed) return after;
    for (int i = j + 1; i < after; ++i)
      if (needs_long_double(i)) offer(i, block_.exact_at(output_, i));
    return after;
  }

  // Whether the error may be the largest. Offers it already if it is beyond hope.
  bool needs_long_double(int j) {
    const double exact = exact_[j], given = result(j);
    if (output_ == 0 || std::fabs(exact) >= slope_limit) {
      const double error = error_in_ulp<Format>(given, exact);
      if (output_ == 0 && near_zero(x_[j], exact))
        return error + crossing_slack / unit_in_last_place<Format>(exact) > limit(accuracy_.ulp, ulp_margin);
      return needs_long_double(error, hopeless_ulp, ulp_margin, accuracy_.ulp, j);
    }
    const bool absolute = needs_long_double(absolute_error<Format>(given, exact), hopeless_absolute, absolute_margin,
                                            accuracy_.absolute, j);
    const bool tail = in_tail(j) && needs_long_double(error_in_ulp<Format>(given, exact), hopeless_ulp, ulp_margin,
                                                      accuracy_.tail, j);
    return absolute || tail;
  }

  bool needs_long_double(double error, double hopeless, double margin, Largest& largest, int j) const {
    if (!(error > limit(largest, margin))) return false;
    if (error <= hopeless) return true;
    largest.offer(error, block_.point(j));
    return false;
  }

  // Elements from j on that are further and further from the origin, with the same result and reference.
  int end_of_run(int j, int end) const {
    const auto same = [&](int i) {
      return results_[static_cast<std::size_t>(i)] == results_[static_cast<std::size_t>(j)] &&
             std::bit_cast<std::uint64_t>(exact_[i]) == std::bit_cast<std::uint64_t>(exact_[j]) &&
             std::signbit(x_[i]) == std::signbit(x_[j]) && in_tail(i) == in_tail(j);
    };
    int next = j + 1;
    while (next < end && std::fabs(x_[next]) > std::fabs(x_[next - 1]) && same(next)) ++next;
    return next;
  }

  // NaN and infinite inputs, NaN from finite inputs, and a reference in double that overflows.
  void look_at_special(int j) {
    const double x = x_[j], given = result(j);
    if (std::isnan(x) || (std::isnan(given) && std::isfinite(x) && std::isfinite(exact_[j]))) {
      if (std::isnan(x) != std::isnan(given)) accuracy_.count_wrong(block_.point(j));
      return;
    }
    const long double exact = block_.exact_at(output_, j);
    if (std::isnan(exact) && std::isfinite(x))
      reference_gap_.offer(std::numeric_limits<double>::infinity(), block_.point(j));
    if (std::isnan(given) || std::isnan(exact)) {
      if (std::isnan(given) != std::isnan(exact)) accuracy_.count_wrong(block_.point(j));
      return;
    }
    // A limit that the format can represent must be met.
    const double narrowed = static_cast<double>(exact);
    const bool representable = std::isinf(narrowed) || decode<Format>(encode<Format>(narrowed)) == narrowed;
    const bool missed = std::isinf(x) && representable && given != narrowed;
    // The sign of a derivative that is zero has no meaning: kernels give +0 there.
    const bool sign = output_ == 0 && given == 0 && std::signbit(given) != std::signbit(exact);
    if (missed || sign) accuracy_.count_wrong(block_.point(j));
    if (std::isfinite(x) || !representable) offer(j, exact);
  }

  void offer(int j, long double exact) {
    if (output_ == 0 || std::fabs(exact) >= static_cast<long double>(slope_limit)) {
      accuracy_.ulp.offer(error_in_ulp<Format>(result(j), exact), block_.point(j));
      return;
    }
    accuracy_.absolute.offer(absolute_error<Format>(result(j), exact), block_.point(j));
    if (in_tail(j)) accuracy_.tail.offer(error_in_ulp<Format>(result(j), exact), block_.point(j));
  }

  const Block<Format>& block_;
  const int output_;
  const double* const x_;
  const double* const exact_;
  const std::vector<Bits>& results_;
  Accuracy& accuracy_;
  Largest& reference_gap_;
};

}  // namespace

template <class Format>
void compare(const Block<Format>& block, int output, const std::vector<typename Format::Bits>& results,
             Accuracy& accuracy, Largest& reference_gap) {
  Comparison<Format>(block, output, results, accuracy, reference_gap).run();
}

template void compare<Float32>(const Block<Float32>&, int, const std::vector<std::uint32_t>&, Accuracy&, Largest&);
template void compare<BFloat16>(const Block<BFloat16>&, int, const std::vector<std::uint16_t>&, Accuracy&, Largest&);
template void compare<Float16>(const Block<Float16>&, int, const std::vector<std::uint16_t>&, Accuracy&, Largest&);

}  // namespace accuracy
