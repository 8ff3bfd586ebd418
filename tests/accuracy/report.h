// The figures as tables in Markdown and as JSON, and what of them is worse than promised.
#pragma once

#include <string>
#include <vector>

#include "tests/accuracy/sweep.h"

namespace accuracy {

std::string tables(const std::vector<Measurement>& measurements, const Options& options);

// The page for docs/: how the tables were made, what the columns mean, and the tables.
std::string page(const std::vector<Measurement>& measurements, const Options& options);

// The figures without the points where they were found, for `python -m torchactiv show`.
std::string json(const std::vector<Measurement>& measurements, const Options& options);

// One line for each bound that is broken.
std::vector<std::string> broken_bounds(const std::vector<Measurement>& measurements, const Options& options);

// One line for each operator whose reference in double is not exact enough to measure with.
std::vector<std::string> unfit_references(const std::vector<Measurement>& measurements);

}  // namespace accuracy
