// What the formulas of combinations are written in: n elements of every operand, and the activation's kernels over
// them.
#pragma once

#include <algorithm>
#include <array>

#include "csrc/kernels/combinations.h"
#include "csrc/kernels/staged.h"

namespace torchactiv::TORCHACTIV_ISA {

constexpr std::int64_t block_lanes = 64;  // whole vectors of every kernel
static_assert(block_lanes % Floats::lanes == 0 && block_lanes % SingleDoubles::lanes == 0 &&
              block_lanes % Doubles::lanes == 0);

// Part of a row of an input: contiguous, or one element for all of it.
template <class T>
struct Part {
  const T* pointer;
  std::int64_t step;
};

template <class T>
class Block {
 public:
  static constexpr std::int64_t length = 2048 / sizeof(T);

  Block(const CombinationContext& f, const double* arguments) : f_(f), arguments_(arguments) {}

  std::int64_t n = 0;

  // f(x)
  void forward(T* y, Part<T> x) const { call(f_.forward, {y}, {x}); }
  // f(x), where the derivatives are functions of it
  void forward_if_saved(T* y, Part<T> x) const {
    if (f_.saves_output) forward(y, x);
  }
  // gradient f', of x or, if that is what the derivative is a function of, of y = f(x)
  void backward(T* result, const T* gradient, Part<T> x, const T* y) const {
    call(f_.backward, {result}, {{gradient, 1}, saved(x, y)});
  }
  // y = f(x) and gradient f'; `gradient` is not overwritten.
  void forward_backward(T* y, T* result, const T* gradient, Part<T> x) const {
    if (f_.forward_backward.function) return call(f_.forward_backward, {y, result}, {{gradient, 1}, x});
    forward(y, x);
    backward(result, gradient, x, y);
  }
  // The x of y = f(x)
  void inverse(T* x, const T* y) const { call(f_.inverse, {x}, {{y, 1}}); }
  // v f' and v gradient f''; `spare` is overwritten.
  void double_backward(T* slope, T* curvature, Part<T> v, const T* gradient, Part<T> x, const T* y, T* spare) const {
    if (!f_.saves_output) return call(f_.double_backward, {slope, curvature}, {v, {gradient, 1}, x});
    call(f_.double_backward, {slope, spare}, {v, {gradient, 1}, {y, 1}});
    call(f_.backward, {curvature}, {{spare, 1}, {y, 1}});
  }

  // The elements side by side; `spare` is for those of one element.
  const T* contiguous(Part<T> part, T* spare) const {
    if (part.step == 1) return part.pointer;
    std::fill_n(spare, n, *part.pointer);
    return spare;
  }

  template <class Formula>
  void each(Formula formula) const {
    for (std::int64_t i = 0; i < n; ++i) formula(i);
  }

 private:
  Part<T> saved(Part<T> x, const T* y) const { return f_.saves_output ? Part<T>{y, 1} : x; }

  void call(const MapKernel& kernel, std::initializer_list<T*> outputs, std::initializer_list<Part<T>> inputs) const {
    constexpr std::size_t most = 6;  // operands of an activation of one tensor
    char* data[most];
    std::int64_t strides[2 * most] = {}, count = 0;
    const auto add = [&](const T* pointer, std::int64_t step) {
      data[count] = reinterpret_cast<char*>(const_cast<T*>(pointer));
      strides[count++] = step * static_cast<std::int64_t>(sizeof(T));
    };
    for (T* const output : outputs) add(output, 1);
    for (const Part<T>& input : inputs) add(input.pointer, input.step);
    kernel(data, strides, n, 1, arguments_);
  }

  const CombinationContext& f_;
  const double* arguments_;
};

// Whole cache lines, of which vectors cross none.
template <class T>
struct Buffer {
  alignas(64) T values[Block<T>::length];
  T& operator[](std::int64_t i) { return values[i]; }
  const T& operator[](std::int64_t i) const { return values[i]; }
  operator T*() { return values; }
};

// The elements of several operands side by side.
template <class T, std::size_t count>
struct Contiguous {
  Buffer<T> repeated[count];
  std::array<const T*, count> all;
  Contiguous(const Block<T>& block, const Part<T>* in) {
    for (std::size_t i = 0; i < count; ++i) all[i] = block.contiguous(in[i], repeated[i]);
  }
};

// x + bias, in a buffer.
template <class T>
void add(const Block<T>& block, Part<T> x, Part<T> bias, Buffer<T>& sum) {
  Buffer<T> of_x, of_bias;
  const T* const a = block.contiguous(x, of_x);
  const T* const b = block.contiguous(bias, of_bias);
  block.each([&](std::int64_t i) { sum[i] = a[i] + b[i]; });
}

}  // namespace torchactiv::TORCHACTIV_ISA
