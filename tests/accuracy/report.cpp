#include "tests/accuracy/report.h"

#include <cmath>
#include <cstdio>

namespace accuracy {
namespace {

struct Bounds {
  double value, partial;                       // in ulp
  static constexpr double absolute = 0x1p-27;  // of partial derivatives below 1/16
};
constexpr Bounds float_bounds{1, 2}, half_bounds{0.501, 0.501};
// An ulp of a float is 2^-23; a reference that is off by this moves a figure by 2^-21 ulp at most.
constexpr double largest_reference_gap = 0x1p-44, doubt = 0x1p23 * largest_reference_gap;

Bounds bounds(const Measurement& measurement) { return measurement.precision == 24 ? float_bounds : half_bounds; }

template <class... Values>
std::string text(const char* format, Values... values) {
  char buffer[256];
  std::snprintf(buffer, sizeof buffer, format, values...);
  return buffer;
}

std::string ulp(const Largest& largest) {
  if (largest.error == 0) return "0";
  return text(largest.error < 1e4 ? "%.4f" : "%.3g", largest.error);
}

std::string power(const Largest& largest) {
  return largest.error == 0 ? "0" : text("2^%.2f", std::log2(largest.error));
}

// In JSON, which has no infinity, but overflows to it.
std::string number(const Largest& largest) {
  return std::isfinite(largest.error) ? text("%.5g", largest.error) : "1e999";
}

std::string point(const Measurement& measurement, const Point& at) {
  const Reference& reference = *measurement.measured->reference;
  std::string result;
  std::size_t count = 0;
  for (const auto* variables : {&reference.inputs, &reference.arguments})
    for (const Variable& variable : *variables)
      result += (count > 0 ? ", " : "") + text("%s = %.9g", variable.name, at[count]), ++count;
  return result;
}

std::string where(const Measurement& measurement, const Largest& largest) {
  return largest.error == 0 ? "" : point(measurement, largest.at);
}

std::string wrong(const Measurement& measurement, const Accuracy& accuracy) {
  if (accuracy.wrong == 0) return "0";
  return std::to_string(accuracy.wrong) + " (" + point(measurement, accuracy.first_wrong) + ")";
}

std::string capability(const Options& options, std::size_t index) {
  return capabilities()[static_cast<std::size_t>(options.capabilities[index])].name;
}

// Calls visit(measurement, instruction set, figures).
template <class Visit>
void for_each(const std::vector<Measurement>& measurements, const Options& options, Visit visit) {
  for (const Measurement& measurement : measurements)
    for (std::size_t c = 0; c < measurement.figures.size(); ++c)
      visit(measurement, capability(options, c), measurement.figures[c]);
}

std::string partial_name(const Measurement& measurement, std::size_t output) {
  return measurement.measured->reference->inputs[output - 1].name;
}

std::string row(const std::vector<std::string>& cells) {
  std::string result = "|";
  for (const std::string& cell : cells) result += " " + cell + " |";
  return result + "\n";
}

}  // namespace

std::string tables(const std::vector<Measurement>& measurements, const Options& options) {
  std::string result = "## Values\n\n";
  result += row({"operator", "instruction set", "dtype", "ulp", "at", "special values wrong"});
  result += "|---|---|---|--:|---|--:|\n";
  for_each(measurements, options, [&](const Measurement& m, const std::string& set, const Figures& figures) {
    const Accuracy& a = figures[0];
    result += row({m.measured->reference->name, set, m.format, ulp(a.ulp), where(m, a.ulp), wrong(m, a)});
  });
  result += "\n## Derivatives\n\n";
  result += row({"operator", "by", "instruction set", "dtype", "ulp where abs(f') ≥ 1/16", "at", "absolute elsewhere",
                 "at", "tail (ulp)", "at", "special values wrong"});
  result += "|---|---|---|---|--:|---|--:|---|--:|---|--:|\n";
  for_each(measurements, options, [&](const Measurement& m, const std::string& set, const Figures& figures) {
    for (std::size_t i = 1; i < figures.size(); ++i) {
      const Accuracy& a = figures[i];
      result += row({m.measured->reference->name, partial_name(m, i), set, m.format, ulp(a.ulp), where(m, a.ulp),
                     power(a.absolute), where(m, a.absolute), ulp(a.tail), where(m, a.tail), wrong(m, a)});
    }
  });
  return result;
}

std::string page(const std::vector<Measurement>& measurements, const Options& options) {
  std::string result =
      "# Accuracy\n\n"
      "Made by tests/accuracy (`make accuracy`); do not edit. Each kernel is compared with the formulas of\n"
      "tests/python/references.py in long double, ";
  result += options.stride == 1 ? "at every float" : "at every " + std::to_string(options.stride) + "th float";
  result +=
      " and at all 65,536 numbers of the\n"
      "16-bit types. A second input or an argument is held at its default and at a few more values meanwhile; values\n"
      "(not derivatives) are also measured at random pairs of inputs. Compiler of the tool: " __VERSION__
      ".\n\n"
      "- An ulp is the distance of neighbouring numbers of the dtype at the exact value; 0.5 is the rounding itself.\n"
      "- Derivatives are what backward gives for a gradient of 1. Where they are below 1/16 the absolute error is\n"
      "  given, for 16-bit types what of it goes beyond half an ulp. The tail is where they are below 1/16 and the\n"
      "  first input is beyond ±8.\n"
      "- Special values are NaN (which must stay), infinities (where the limit is right), and the sign of values that\n"
      "  are zero.\n"
      "- Bounds: values 1 ulp (16-bit types 0.501), derivatives 2 ulp (0.501) and 2^-27, no special value wrong.\n\n";
  return result + tables(measurements, options);
}

std::string json(const std::vector<Measurement>& measurements, const Options& options) {
  std::string result = "{\"stride\": " + std::to_string(options.stride) + ", \"rows\": [";
  bool first = true;
  for_each(measurements, options, [&](const Measurement& m, const std::string& set, const Figures& figures) {
    for (std::size_t i = 0; i < figures.size(); ++i) {
      const Accuracy& a = figures[i];
      result += first ? "\n" : ",\n";
      result += text("  {\"operator\": \"%s\", \"of\": \"%s\", ", m.measured->reference->name,
                     i == 0 ? "value" : partial_name(m, i).c_str());
      result += text("\"instruction_set\": \"%s\", \"dtype\": \"%s\", ", set.c_str(), m.format.c_str());
      result += "\"ulp\": " + number(a.ulp) + ", \"absolute\": " + number(a.absolute) +
                ", \"tail_ulp\": " + number(a.tail) + ", \"special_values_wrong\": " + std::to_string(a.wrong) + "}";
      first = false;
    }
  });
  return result + "\n]}\n";
}

std::vector<std::string> broken_bounds(const std::vector<Measurement>& measurements, const Options& options) {
  std::vector<std::string> result;
  for_each(measurements, options, [&](const Measurement& m, const std::string& set, const Figures& figures) {
    for (std::size_t i = 0; i < figures.size(); ++i) {
      const Accuracy& a = figures[i];
      const std::string what = std::string(m.measured->reference->name) + ", " + set + ", " + m.format +
                               (i == 0 ? ", value: " : ", derivative by " + partial_name(m, i) + ": ");
      const double bound = i == 0 ? bounds(m).value : bounds(m).partial;
      if (!(a.ulp.error <= bound + doubt))
        result.push_back(what + ulp(a.ulp) + " ulp at " + where(m, a.ulp) + text(", bound %g", bound));
      if (!(a.absolute.error <= Bounds::absolute))
        result.push_back(what + power(a.absolute) + " at " + where(m, a.absolute) + ", bound 2^-27");
      if (a.wrong > 0) result.push_back(what + "special values wrong: " + wrong(m, a));
    }
  });
  return result;
}

std::vector<std::string> unfit_references(const std::vector<Measurement>& measurements) {
  std::vector<std::string> result;
  for (const Measurement& m : measurements)
    if (!(m.reference_gap.error <= largest_reference_gap))
      result.push_back(std::string(m.measured->reference->name) + ": the reference in double is off by " +
                       power(m.reference_gap) + " at " + where(m, m.reference_gap));
  return result;
}

}  // namespace accuracy
