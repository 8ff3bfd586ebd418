// Elementwise loops: the same vector code for any strides, so that the layout never changes a result.
#pragma once

#include <algorithm>

#include "csrc/kernels/directions.h"
#include "csrc/kernels/elements.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class E, class Direction>
struct Map {
  using Storage = typename E::Storage;
  using Vector = typename E::Vector;
  static constexpr int outputs = Direction::outputs, inputs = Direction::inputs, operands = outputs + inputs;
  static constexpr std::int64_t size = sizeof(Storage);

  static void run(char* const* data, const std::int64_t* strides, std::int64_t columns, std::int64_t rows,
                  const double* arguments) {
    bool regular = true;  // every row contiguous, or of an input that is one element along it
    for (int i = 0; i < operands; ++i) regular &= strides[i] == size || (strides[i] == 0 && i >= outputs);
    const std::int64_t whole = regular ? columns / lanes<E> * lanes<E> : 0;
    if (whole > 0) vectors(data, strides, whole, rows, arguments);
    if (whole < columns) gathered(data, strides, whole, columns, rows, arguments);
  }

 private:
  static const Storage* element(const char* p, std::int64_t offset) {
    return reinterpret_cast<const Storage*>(p + offset);
  }
  static Storage* element(char* p, std::int64_t offset) { return reinterpret_cast<Storage*>(p + offset); }

  // n is a multiple of lanes. Flat: a call of any part of the mathematics would pass its vectors through memory.
  [[gnu::flatten]] static void vectors(char* const* data, const std::int64_t* strides, std::int64_t n,
                                       std::int64_t rows, const double* arguments) {
    Storage repeated[inputs][lanes<E>];  // an input that is one element along a row, as a vector
    for (std::int64_t row = 0; row < rows; ++row) {
      Storage* out[outputs];  // own copies: a store might change `data`, for all that the compiler knows
      const Storage* in[inputs];
      std::int64_t step[inputs];
      for (int i = 0; i < outputs; ++i) out[i] = element(data[i], row * strides[operands + i]);
      for (int i = 0; i < inputs; ++i) {
        in[i] = element(data[outputs + i], row * strides[operands + outputs + i]);
        step[i] = strides[outputs + i] == 0 ? 0 : lanes<E>;
        if (step[i] == 0) in[i] = std::fill_n(repeated[i], lanes<E>, *in[i]) - lanes<E>;
      }
      for (std::int64_t done = 0; done < n; done += lanes<E>) {
        std::array<Vector, inputs> x;
        for (int i = 0; i < inputs; ++i) {
          x[i] = E::load(in[i]);
          in[i] += step[i];
        }
        const auto y = Direction::evaluate(x, arguments);
        for (int i = 0; i < outputs; ++i) E::store(out[i] + done, y[i]);
      }
    }
  }

  struct Position {
    std::int64_t row, column;
  };

  // Any strides, and from column `first` on what is left over of full vectors, by way of a buffer that elements of
  // several rows fill.
  static void gathered(char* const* data, const std::int64_t* strides, std::int64_t first, std::int64_t columns,
                       std::int64_t rows, const double* arguments) {
    // Long enough for most elements to have reached the cache before vectors read them there.
    constexpr std::int64_t length = 8 * lanes<E>;
    std::int64_t contiguous[2 * operands] = {};
    std::fill_n(contiguous, operands, size);
    Storage buffer[operands][length];
    char* pointers[operands];
    for (int i = 0; i < operands; ++i) pointers[i] = reinterpret_cast<char*>(buffer[i]);

    // Calls visit(row, column, n, index) for the parts of rows that fill the buffer from index on; returns what
    // follows.
    const auto for_each_part = [&](Position from, auto visit) {
      for (std::int64_t filled = 0; filled < length && from.row < rows;) {
        const std::int64_t n = std::min(length - filled, columns - from.column);
        visit(from, n, filled);
        filled += n;
        from.column += n;
        if (from.column == columns) from = {from.row + 1, first};
      }
      return from;
    };
    for (Position begin{0, first}, end; begin.row < rows; begin = end) {
      std::int64_t total = 0;
      end = for_each_part(begin, [&](Position at, std::int64_t n, std::int64_t index) {
        for (int i = outputs; i < operands; ++i) {
          const char* const from = data[i] + at.row * strides[operands + i] + at.column * strides[i];
          for (std::int64_t j = 0; j < n; ++j) buffer[i][index + j] = *element(from, j * strides[i]);
        }
        total = index + n;
      });
      const std::int64_t padded = (total + lanes<E> - 1) / lanes<E> * lanes<E>;
      for (int i = outputs; i < operands; ++i) std::fill(buffer[i] + total, buffer[i] + padded, Storage{});
      vectors(pointers, contiguous, padded, 1, arguments);
      for_each_part(begin, [&](Position at, std::int64_t n, std::int64_t index) {
        for (int i = 0; i < outputs; ++i) {
          char* const to = data[i] + at.row * strides[operands + i] + at.column * strides[i];
          for (std::int64_t j = 0; j < n; ++j) *element(to, j * strides[i]) = buffer[i][index + j];
        }
      });
    }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
