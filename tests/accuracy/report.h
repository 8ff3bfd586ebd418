// The figures as tables in Markdown, and what of them is worse than promised.
#pragma once

#include <string>
#include <vector>

#include "tests/accuracy/sweep.h"

namespace accuracy {

std::string tables(const std::vector<Measurement>& measurements, const Options& options);

// One line for each bound that is broken. PyTorch has none.
std::vector<std::string> broken_bounds(const std::vector<Measurement>& measurements, const Options& options);

// One line for each operator whose reference in double is not exact enough to measure with.
std::vector<std::string> unfit_references(const std::vector<Measurement>& measurements);

}  // namespace accuracy
