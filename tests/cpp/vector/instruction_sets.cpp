#include "tests/cpp/vector/instruction_sets.h"

namespace torchactiv {
namespace baseline {
extern const vector_test::InstructionSet tested_functions;
}
#if defined(__x86_64__)
namespace avx2 {
extern const vector_test::InstructionSet tested_functions;
}
namespace avx512 {
extern const vector_test::InstructionSet tested_functions;
}
#endif
}  // namespace torchactiv

namespace vector_test {

std::span<const InstructionSet* const> instruction_sets() {
  static constexpr const InstructionSet* all[] = {
      &torchactiv::baseline::tested_functions,
#if defined(__x86_64__)
      &torchactiv::avx2::tested_functions,
      &torchactiv::avx512::tested_functions,
#endif
  };
  return all;
}

}  // namespace vector_test
