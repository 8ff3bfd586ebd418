#include "tests/accuracy/report.h"

#include <cmath>

#include "tests/accuracy/results.h"

namespace accuracy {
namespace {

struct Bounds {
  double value, partial;                       // in ulp
  static constexpr double absolute = 0x1p-27;  // of partial derivatives below 1/16
};
constexpr Bounds half_bounds{0.501, 0.501};
// An ulp of a float is 2^-23; a reference that is off by this moves a figure by 2^-20 ulp at most.
constexpr double largest_reference_gap = 0x1p-43, doubt = 0x1p23 * largest_reference_gap;

Bounds bounds(const Measurement& measurement) {
  return measurement.precision == 24 ? Bounds{measurement.measured->largest_error, 2} : half_bounds;
}

std::string ulp(const Largest& largest) {
  if (largest.error == 0) return "0";
  return text(largest.error < 1e4 ? "%.4f" : "%.3g", largest.error);
}

std::string power(const Largest& largest) {
  return largest.error == 0 ? "0" : text("2^%.2f", std::log2(largest.error));
}

std::string wrong(const Result& result, const Accuracy& accuracy) {
  if (accuracy.wrong == 0) return "0";
  return std::to_string(accuracy.wrong) + " (" + result.at(accuracy.first_wrong) + ")";
}

std::string row(const std::vector<std::string>& cells) {
  std::string result = "|";
  for (const std::string& cell : cells) result += " " + cell + " |";
  return result + "\n";
}

}  // namespace

std::string tables(const std::vector<Measurement>& measurements, const Options& options) {
  const std::vector<Result> all = results(measurements, options);
  std::string lines = "## Values\n\n";
  lines += row({"operator", "instruction set", "dtype", "ulp", "at", "special values wrong"});
  lines += "|---|---|---|--:|---|--:|\n";
  for (const Result& result : all) {
    const Accuracy& a = result.figures->front();
    lines += row({result.name(), result.implementation, result.measurement->format, ulp(a.ulp), result.at(a.ulp),
                  wrong(result, a)});
  }
  lines += "\n## Derivatives\n\n";
  lines += row({"operator", "by", "instruction set", "dtype", "ulp where abs(f') ≥ 1/16", "at", "absolute elsewhere",
                "at", "tail (ulp)", "at", "special values wrong"});
  lines += "|---|---|---|---|--:|---|--:|---|--:|---|--:|\n";
  for (const Result& result : all)
    for (std::size_t i = 1; i < result.figures->size(); ++i) {
      const Accuracy& a = (*result.figures)[i];
      lines += row({result.name(), result.output_name(i), result.implementation, result.measurement->format, ulp(a.ulp),
                    result.at(a.ulp), power(a.absolute), result.at(a.absolute), ulp(a.tail), result.at(a.tail),
                    wrong(result, a)});
    }
  return lines;
}

std::vector<std::string> broken_bounds(const std::vector<Measurement>& measurements, const Options& options) {
  std::vector<std::string> lines;
  for (const Result& result : results(measurements, options)) {
    const Bounds allowed = bounds(*result.measurement);
    for (std::size_t i = 0; result.ours && i < result.figures->size(); ++i) {
      const Accuracy& a = (*result.figures)[i];
      const std::string what = std::string(result.name()) + ", " + result.implementation + ", " +
                               result.measurement->format + ", " + (i == 0 ? "" : "derivative by ") +
                               result.output_name(i) + ": ";
      const double bound = i == 0 ? allowed.value : allowed.partial;
      if (!(a.ulp.error <= bound + doubt))
        lines.push_back(what + ulp(a.ulp) + " ulp at " + result.at(a.ulp) + text(", bound %g", bound));
      if (!(a.absolute.error <= Bounds::absolute))
        lines.push_back(what + power(a.absolute) + " at " + result.at(a.absolute) + ", bound 2^-27");
      if (a.wrong > 0) lines.push_back(what + "special values wrong: " + wrong(result, a));
    }
  }
  return lines;
}

std::vector<std::string> unfit_references(const std::vector<Measurement>& measurements) {
  std::vector<std::string> lines;
  for (const Measurement& m : measurements)
    if (!(m.reference_gap.error <= largest_reference_gap)) {
      const Result result{&m, "", false, nullptr};
      lines.push_back(std::string(result.name()) + ": the reference in double is off by " + power(m.reference_gap) +
                      " at " + result.at(m.reference_gap));
    }
  return lines;
}

}  // namespace accuracy
