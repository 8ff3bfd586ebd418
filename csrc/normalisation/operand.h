// Blocks of a tensor as the kernels take them: of the type that is computed in, side by side. What does not lie so goes
// through a buffer in the first-level cache.
#pragma once

#include <algorithm>
#include <cstring>

#include "csrc/cpu/elementwise.h"
#include "csrc/operators/operator.h"

namespace torchactiv {

// Dense data in the order of memory.
struct ChannelLayout {
  std::int64_t outer = 1, channels = 1, inner = 1;
};
// Of a tensor whose dimension 1 are the channels.
ChannelLayout layout_of(const at::Tensor& dense);

// `rows` pieces of n elements, `stride` elements from one to the next.
struct Pieces {
  std::int64_t offset, rows, stride, n;
  std::int64_t elements() const { return rows * n; }
  // Calls work(first element) for each.
  template <class Work>
  void each(Work work) const {
    for (std::int64_t row = 0; row < rows; ++row) work(offset + row * stride);
  }
};

template <class T>
class Operand {
 public:
  explicit Operand(const at::Tensor& tensor)
      : pointer_(static_cast<char*>(const_cast<void*>(tensor.const_data_ptr()))),
        type_(tensor.scalar_type()),
        size_(static_cast<std::int64_t>(tensor.element_size())) {}
  // Of a tensor that there need not be.
  static Operand of(const at::Tensor& tensor) { return tensor.defined() ? Operand(tensor) : Operand(); }

  // The same from an element on.
  Operand from(std::int64_t offset) const {
    Operand rest = *this;
    if (exists()) rest.pointer_ += offset * size_;
    return rest;
  }

  bool exists() const { return pointer_ != nullptr; }
  bool is_converted() const { return type_ != c10::CppTypeToScalarType<T>::value; }
  T* direct(std::int64_t offset) const { return reinterpret_cast<T*>(pointer_) + offset; }
  // As it is in memory; a null pointer of one that does not exist.
  void* at(std::int64_t offset) const { return exists() ? pointer_ + offset * size_ : nullptr; }
  std::size_t element() const { return static_cast<std::size_t>(element_of(type_)); }
  std::size_t element_size() const { return static_cast<std::size_t>(size_); }

  // Pieces side by side: where the operand has them so, or in the memory that is given, into which read() copies them
  // and out of which write() brings them. A null pointer, of an operand that does not exist.
  T* read(const Pieces& p, T* memory) const {
    if (is_direct(p)) return found(p);
    gather(p, memory);
    return memory;
  }
  T* place(const Pieces& p, T* memory) const { return is_direct(p) ? found(p) : memory; }
  void write(const Pieces& p, const T* values) const {
    if (!is_direct(p)) scatter(p, values);
  }

  // Pieces that will be read soon.
  void prefetch(const Pieces& p) const {
    constexpr std::int64_t line = 64;
    for (std::int64_t row = 0; row < p.rows; ++row)
      for (std::int64_t i = 0; i < p.n * size_; i += line)
        __builtin_prefetch(pointer_ + (p.offset + row * p.stride) * size_ + i);
  }
  void gather(const Pieces& p, T* buffer) const {
    for (std::int64_t row = 0; row < p.rows; ++row) {
      const char* const from = pointer_ + (p.offset + row * p.stride) * size_;
      if (!is_converted())
        std::memcpy(buffer + row * p.n, from, static_cast<std::size_t>(p.n) * sizeof(T));
      else if constexpr (std::is_same_v<T, float>)
        (is_bfloat16() ? block_functions().widen_bfloat16 : block_functions().widen_float16)(from, p.n,
                                                                                             buffer + row * p.n);
    }
  }
  void scatter(const Pieces& p, const T* buffer) const {
    for (std::int64_t row = 0; row < p.rows; ++row) {
      char* const to = pointer_ + (p.offset + row * p.stride) * size_;
      if (!is_converted())
        std::memcpy(to, buffer + row * p.n, static_cast<std::size_t>(p.n) * sizeof(T));
      else if constexpr (std::is_same_v<T, float>)
        (is_bfloat16() ? block_functions().narrow_bfloat16 : block_functions().narrow_float16)(buffer + row * p.n, p.n,
                                                                                               to);
    }
  }

 private:
  Operand() = default;
  bool is_direct(const Pieces& p) const { return !exists() || (p.rows == 1 && !is_converted()); }
  T* found(const Pieces& p) const { return exists() ? direct(p.offset) : nullptr; }
  bool is_bfloat16() const { return type_ == at::kBFloat16; }

  char* pointer_ = nullptr;
  at::ScalarType type_{};
  std::int64_t size_ = 0;
};

}  // namespace torchactiv
