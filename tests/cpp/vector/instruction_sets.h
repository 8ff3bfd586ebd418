// Tests that run on each instruction set of this CPU.
#pragma once

#include <gtest/gtest.h>

#include "tests/accuracy/operators.h"
#include "tests/cpp/vector/functions.h"

namespace vector_test {

// In the order of accuracy::capabilities().
std::span<const InstructionSet* const> instruction_sets();

class EveryInstructionSet : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    const accuracy::Capability capability = accuracy::capabilities()[GetParam()];
    if (!capability.available) GTEST_SKIP() << "this CPU has no " << capability.name;
  }
  const InstructionSet& instructions() const { return *instruction_sets()[GetParam()]; }
};

#define FOR_EVERY_INSTRUCTION_SET(Suite)                                                          \
  INSTANTIATE_TEST_SUITE_P(, Suite, ::testing::Range<std::size_t>(0, accuracy::capability_count), \
                           [](const auto& info) { return accuracy::capabilities()[info.param].name; })

}  // namespace vector_test
