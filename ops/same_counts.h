#pragma once

#include "ops/card.h"

namespace torchactiv {

// An objection where two inputs of coefficients, behind one of data, have not as many of them as each other.
constexpr Objection same_counts(std::span<const int> counts, std::string_view reason) {
  if (counts[1] == counts[2] && counts[1] > 0) return {};
  return {.reason = reason};
}

}  // namespace torchactiv
