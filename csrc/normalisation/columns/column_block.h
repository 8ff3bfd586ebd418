// Blocks of an operand whose channels lie side by side, as the kernels of columns take them: in place, or, of 16-bit
// elements, through memory, all operands alike. Of an operand that does not exist the pointer is null.
#pragma once

#include "csrc/normalisation/columns/strips.h"

namespace torchactiv {

template <class T>
struct ColumnBlock {
  struct alignas(64) Memory {
    T values[Strips::most_elements];
  };

  T* pointer;
  std::int64_t stride;  // from row to row

  static ColumnBlock read(const Operand<T>& operand, const Pieces& p, Memory& memory) {
    const ColumnBlock block = place(operand, p, memory);
    if (operand.exists() && operand.is_converted()) {
      const Pieces next{p.offset + p.rows * p.stride, p.rows, p.stride, p.n};
      operand.prefetch(next);  // to convert and calculate this one takes longer than the processor looks ahead
      operand.gather(p, memory.values);
    }
    return block;
  }
  static ColumnBlock place(const Operand<T>& operand, const Pieces& p, Memory& memory) {
    if (!operand.exists()) return {nullptr, 0};
    return operand.is_converted() ? ColumnBlock{memory.values, p.n} : ColumnBlock{operand.direct(p.offset), p.stride};
  }
  void write(const Operand<T>& operand, const Pieces& p) const {
    if (operand.exists() && operand.is_converted()) operand.scatter(p, pointer);
  }
};

}  // namespace torchactiv
