#include "tests/accuracy/json.h"

#include <cmath>

#include "tests/accuracy/pytorch.h"
#include "tests/accuracy/results.h"

namespace accuracy {
namespace {

// Names, points and versions need no escapes.
std::string quoted(const std::string& text) { return '"' + text + '"'; }

// JSON has no infinity, but overflows to it.
std::string number(double x) { return std::isfinite(x) ? text("%.5g", x) : "1e999"; }

std::string figure(const char* key, const Result& result, const Largest& largest) {
  std::string members = ", " + quoted(key) + ": " + number(largest.error);
  if (largest.error > 0) members += ", " + quoted(std::string(key) + "_at") + ": " + quoted(result.at(largest));
  return members;
}

std::string line(const Result& result, std::size_t output, const Options& options) {
  const Measurement& measurement = *result.measurement;
  const Accuracy& accuracy = (*result.figures)[output];
  const std::uint64_t stride = measurement.precision == 24 ? options.stride : 1;
  std::string members = "\"operator\": " + quoted(result.name()) + ", \"of\": " + quoted(result.output_name(output)) +
                        ", \"instruction_set\": " + quoted(result.implementation) +
                        ", \"dtype\": " + quoted(measurement.format) + ", \"stride\": " + std::to_string(stride) +
                        ", \"inputs\": " + std::to_string(measurement.inputs) + figure("ulp", result, accuracy.ulp);
  if (output > 0) members += figure("absolute", result, accuracy.absolute) + figure("tail_ulp", result, accuracy.tail);
  members += ", \"special_values_wrong\": " + std::to_string(accuracy.wrong);
  if (accuracy.wrong > 0) members += ", \"wrong_at\": " + quoted(result.at(accuracy.first_wrong));
  if (!result.ours) members += ", \"version\": " + quoted(describe_pytorch());
  return "{" + members + "}\n";
}

}  // namespace

std::string json_lines(const std::vector<Measurement>& measurements, const Options& options) {
  std::string lines;
  for (const Result& result : results(measurements, options))
    for (std::size_t output = 0; output < result.figures->size(); ++output) lines += line(result, output, options);
  return lines;
}

}  // namespace accuracy
