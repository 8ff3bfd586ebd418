// Loops over the vectors of a formula, whose turns the compiler must tell apart from the start: an array that an index
// runs over stays in memory, and is still stored there after all that read it has moved to registers (GCC 12).
#pragma once

#include <type_traits>
#include <utility>

namespace torchactiv {

// function(0), function(1), .. function(count - 1), each of a constant.
template <int count, class Function>
[[gnu::always_inline]] inline void unrolled(Function function) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
    (function(std::integral_constant<int, i>{}), ...);
  }(std::make_integer_sequence<int, count>{});
}

}  // namespace torchactiv
