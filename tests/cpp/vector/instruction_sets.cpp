#include "tests/cpp/vector/instruction_sets.h"

#include <stdexcept>
#include <string>

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

std::vector<double> InstructionSet::run(std::span<const Function> functions, std::string_view name,
                                        const std::vector<double>& x, const std::vector<double>& y) {
  for (const Function& function : functions) {
    if (function.name != name) continue;
    std::vector<double> result(x.size());
    function.run(x.data(), y.data(), result.data(), x.size());
    return result;
  }
  throw std::out_of_range("no function is called " + std::string(name));
}

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
