#include "tests/accuracy/results.h"

#include <cmath>

namespace accuracy {
namespace {

// Enough digits to tell floats apart. NaN has a sign, but it means nothing.
std::string number(double x) { return std::isnan(x) ? "nan" : text("%.9g", x); }

}  // namespace

std::string Result::output_name(std::size_t output) const {
  return output == 0 ? "value" : measurement->measured->reference->inputs[output - 1].name;
}

std::string Result::at(const Point& point) const {
  const Reference& reference = *measurement->measured->reference;
  std::string result;
  std::size_t count = 0;
  for (const auto* variables : {&reference.inputs, &reference.arguments})
    for (const Variable& variable : *variables)
      result += (count > 0 ? ", " : "") + text("%s = ", variable.name) + number(point[count]), ++count;
  return result;
}

std::vector<Result> results(const std::vector<Measurement>& measurements, const Options& options) {
  const auto all = capabilities();
  std::vector<Result> result;
  for (const Measurement& measurement : measurements) {
    for (std::size_t c = 0; c < measurement.figures.size(); ++c) {
      const char* name = all[static_cast<std::size_t>(options.capabilities[c])].name;
      result.push_back({&measurement, name, true, &measurement.figures[c]});
    }
    if (!measurement.pytorch.empty()) result.push_back({&measurement, "PyTorch", false, &measurement.pytorch});
  }
  return result;
}

}  // namespace accuracy
