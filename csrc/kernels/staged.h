// Elementwise loops over 16-bit elements by way of floats in the first-level cache, on which the loop for floats works:
// for what is not worth, or needs no, code of its own.
#pragma once

#include "csrc/kernels/map.h"

namespace torchactiv::TORCHACTIV_ISA {

// Elements of type E, computed as the floats of type Wider.
template <class E, class Wider, class Direction>
struct Staged {
  using Storage = typename E::Storage;
  static constexpr int outputs = Direction::outputs, operands = outputs + Direction::inputs;
  static constexpr std::int64_t block = 4 * lanes<E>;

  static void run(char* const* data, const std::int64_t* strides, std::int64_t columns, std::int64_t rows,
                  const double* arguments) {
    run_rows({vectors, lanes<E>, sizeof(Storage), outputs, operands}, data, strides, columns, rows, arguments);
  }

 private:
  static_assert(lanes<E> % lanes<Wider> == 0);

  // A VectorLoop's. Lanes stay in the order in which E loads them.
  static void vectors(char* const* data, const std::int64_t* strides, std::int64_t n, std::int64_t rows,
                      const double* arguments) {
    float floats[operands][block];
    char* pointers[operands];
    std::int64_t float_strides[2 * operands] = {};
    for (int i = 0; i < operands; ++i) pointers[i] = reinterpret_cast<char*>(floats[i]);
    std::fill_n(float_strides, operands, sizeof(float));

    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t done = 0; done < n; done += block) {
        const std::int64_t length = std::min(block, n - done);
        const auto place = [&](int i) {
          return reinterpret_cast<Storage*>(data[i] + row * strides[operands + i] + done * strides[i]);
        };
        for (int i = outputs; i < operands; ++i) {
          for (std::int64_t j = 0; j < length; j += lanes<E>)
            (strides[i] == 0 ? E::splat(place(i)) : E::load(place(i) + j)).store(floats[i] + j);
        }
        Map<Wider, Direction>::vectors(pointers, float_strides, length, 1, arguments);
        for (int i = 0; i < outputs; ++i)
          for (std::int64_t j = 0; j < length; j += lanes<E>) E::store(place(i) + j, E::Vector::load(floats[i] + j));
      }
    }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
