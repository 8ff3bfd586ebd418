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
    float floats[operands][block];
    char* pointers[operands];
    std::int64_t float_strides[2 * operands] = {};
    for (int i = 0; i < operands; ++i) pointers[i] = reinterpret_cast<char*>(floats[i]);
    std::fill_n(float_strides, operands, sizeof(float));

    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t done = 0; done < columns; done += block) {
        const std::int64_t n = std::min(block, columns - done);
        const auto place = [&](int i) { return data[i] + row * strides[operands + i] + done * strides[i]; };
        for (int i = outputs; i < operands; ++i) widen(place(i), strides[i], floats[i], n);
        const std::int64_t whole = (n + lanes<E> - 1) / lanes<E> * lanes<E>;
        Map<Wider, Direction>::run(pointers, float_strides, whole, 1, arguments);
        for (int i = 0; i < outputs; ++i) narrow(floats[i], place(i), strides[i], n);
      }
    }
  }

 private:
  // Lanes stay in the order in which E loads them, and zeros follow the last.
  static void widen(const char* from, std::int64_t stride, float* to, std::int64_t n) {
    Storage gathered[block] = {};
    if (stride == sizeof(Storage))
      std::memcpy(gathered, from, static_cast<std::size_t>(n) * sizeof(Storage));
    else
      for (std::int64_t j = 0; j < n; ++j) gathered[j] = *reinterpret_cast<const Storage*>(from + j * stride);
    for (std::int64_t j = 0; j < n; j += lanes<E>) E::load(gathered + j).store(to + j);
  }
  static void narrow(const float* from, char* to, std::int64_t stride, std::int64_t n) {
    Storage scattered[block];
    for (std::int64_t j = 0; j < n; j += lanes<E>) E::store(scattered + j, E::Vector::load(from + j));
    if (stride == sizeof(Storage))
      std::memcpy(to, scattered, static_cast<std::size_t>(n) * sizeof(Storage));
    else
      for (std::int64_t j = 0; j < n; ++j) *reinterpret_cast<Storage*>(to + j * stride) = scattered[j];
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
