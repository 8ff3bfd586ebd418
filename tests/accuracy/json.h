// The figures as rows of docs/accuracy.json.
#pragma once

#include <string>
#include <vector>

#include "tests/accuracy/sweep.h"

namespace accuracy {

// A line for each row, without what stands around rows: tools/document_accuracy.py merges them into the file.
std::string json_lines(const std::vector<Measurement>& measurements, const Options& options);

}  // namespace accuracy
