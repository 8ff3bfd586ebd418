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

  static void run(char* const* data, const std::int64_t* strides, std::int64_t n, const double* arguments) {
    bool regular = true, any_splat = false;  // every operand contiguous, or an input that is one element for all
    bool splat[inputs];
    for (int i = 0; i < operands; ++i) {
      if (i >= outputs) any_splat |= splat[i - outputs] = strides[i] == 0;
      regular &= strides[i] == size || (strides[i] == 0 && i >= outputs);
    }
    std::int64_t done = 0;
    if (regular) {
      done = n / lanes<E> * lanes<E>;
      any_splat ? vectors<true>(data, splat, done, arguments) : vectors<false>(data, splat, done, arguments);
    }
    if (done < n) gathered(data, strides, done, n, arguments);
  }

 private:
  static const Storage* element(const char* p, std::int64_t offset) {
    return reinterpret_cast<const Storage*>(p + offset);
  }
  static Storage* element(char* p, std::int64_t offset) { return reinterpret_cast<Storage*>(p + offset); }

  // n is a multiple of lanes. Flat: a call of any part of the mathematics would pass its vectors through memory.
  template <bool any_splat>
  [[gnu::flatten]] static void vectors(char* const* data, const bool* splat, std::int64_t n, const double* arguments) {
    Storage* out[outputs];  // own copies: a store might change `data`, for all that the compiler knows
    const Storage* in[inputs];
    std::array<Vector, inputs> constant;
    for (int i = 0; i < outputs; ++i) out[i] = element(data[i], 0);
    for (int i = 0; i < inputs; ++i) {
      in[i] = element(data[outputs + i], 0);
      if (any_splat) constant[i] = splat[i] && n > 0 ? load_splat<E>(in[i]) : Vector(0.0);
    }
    for (std::int64_t done = 0; done < n; done += lanes<E>) {
      std::array<Vector, inputs> x;
      for (int i = 0; i < inputs; ++i) x[i] = any_splat && splat[i] ? constant[i] : E::load(in[i] + done);
      const auto y = Direction::evaluate(x, arguments);
      for (int i = 0; i < outputs; ++i) E::store(out[i] + done, y[i]);
    }
  }

  // Any strides, and what is left over of full vectors, by way of a buffer.
  static void gathered(char* const* data, const std::int64_t* strides, std::int64_t first, std::int64_t n,
                       const double* arguments) {
    constexpr std::int64_t length = 2 * lanes<E>;
    Storage buffer[operands][length] = {};
    char* rows[operands];
    for (int i = 0; i < operands; ++i) rows[i] = reinterpret_cast<char*>(buffer[i]);
    for (std::int64_t done = first; done < n; done += length) {
      const std::int64_t count = std::min(length, n - done);
      for (int i = outputs; i < operands; ++i)
        for (std::int64_t j = 0; j < count; ++j) buffer[i][j] = *element(data[i], (done + j) * strides[i]);
      vectors<false>(rows, nullptr, (count + lanes<E> - 1) / lanes<E> * lanes<E>, arguments);
      for (int i = 0; i < outputs; ++i)
        for (std::int64_t j = 0; j < count; ++j) *element(data[i], (done + j) * strides[i]) = buffer[i][j];
    }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
