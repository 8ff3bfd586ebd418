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
    bool regular = true;  // every operand contiguous, or an input that is one element for all
    bool splat[inputs];
    for (int i = 0; i < operands; ++i) {
      if (i >= outputs) splat[i - outputs] = strides[i] == 0;
      regular &= strides[i] == size || (strides[i] == 0 && i >= outputs);
    }
    regular ? contiguous(data, splat, n, arguments) : strided(data, strides, n, arguments);
  }

 private:
  static const Storage* element(const char* p, std::int64_t offset) {
    return reinterpret_cast<const Storage*>(p + offset);
  }
  static Storage* element(char* p, std::int64_t offset) { return reinterpret_cast<Storage*>(p + offset); }

  // Flat: a call of any part of the mathematics would pass its vectors through memory.
  [[gnu::flatten]] static void contiguous(char* const* data, const bool (&splat)[inputs], std::int64_t n,
                                          const double* arguments) {
    std::array<Vector, inputs> x;
    bool any_splat = false;
    for (int i = 0; i < inputs; ++i) {
      any_splat |= splat[i];
      x[i] = splat[i] && n > 0 ? load_splat<E>(element(data[outputs + i], 0)) : Vector(0.0);
    }
    std::int64_t done = 0;
    if (any_splat) {
      for (; done + lanes<E> <= n; done += lanes<E>) {
        for (int i = 0; i < inputs; ++i)
          if (!splat[i]) x[i] = E::load(element(data[outputs + i], done * size));
        const auto y = Direction::evaluate(x, arguments);
        for (int i = 0; i < outputs; ++i) E::store(element(data[i], done * size), y[i]);
      }
    } else {
      for (; done + lanes<E> <= n; done += lanes<E>) {
        for (int i = 0; i < inputs; ++i) x[i] = E::load(element(data[outputs + i], done * size));
        const auto y = Direction::evaluate(x, arguments);
        for (int i = 0; i < outputs; ++i) E::store(element(data[i], done * size), y[i]);
      }
    }
    if (const std::int64_t rest = n - done; rest > 0) {
      for (int i = 0; i < inputs; ++i)
        if (!splat[i]) x[i] = load_some<E>(element(data[outputs + i], done * size), rest);
      const auto y = Direction::evaluate(x, arguments);
      for (int i = 0; i < outputs; ++i) store_some<E>(element(data[i], done * size), y[i], rest);
    }
  }

  [[gnu::flatten]] static void strided(char* const* data, const std::int64_t* strides, std::int64_t n,
                                       const double* arguments) {
    for (std::int64_t done = 0; done < n; done += lanes<E>) {
      const std::int64_t count = std::min<std::int64_t>(lanes<E>, n - done);
      std::array<Vector, inputs> x;
      for (int i = 0; i < inputs; ++i) {
        Storage buffer[lanes<E>] = {};
        for (std::int64_t j = 0; j < count; ++j)
          buffer[j] = *element(data[outputs + i], (done + j) * strides[outputs + i]);
        x[i] = E::load(buffer);
      }
      const auto y = Direction::evaluate(x, arguments);
      for (int i = 0; i < outputs; ++i) {
        Storage buffer[lanes<E>];
        E::store(buffer, y[i]);
        for (std::int64_t j = 0; j < count; ++j) *element(data[i], (done + j) * strides[i]) = buffer[j];
      }
    }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
