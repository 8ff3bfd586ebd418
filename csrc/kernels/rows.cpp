#include "csrc/kernels/rows.h"

#include <algorithm>
#include <cstring>

namespace torchactiv {
namespace {

// Copies n elements, `stride` bytes apart. Every second element, as of complex numbers or of two interleaved channels,
// has a loop of its own, which the compiler turns into vectors.
template <class T>
void copy_from(const char* from, std::int64_t stride, std::int64_t n, char* to) {
  constexpr std::int64_t size = sizeof(T);
  T* const out = reinterpret_cast<T*>(to);
  if (stride == size) {
    std::memcpy(to, from, static_cast<std::size_t>(n * size));
  } else if (stride == 2 * size) {
    const T* const in = reinterpret_cast<const T*>(from);
    for (std::int64_t i = 0; i < n; ++i) out[i] = in[2 * i];
  } else {
    for (std::int64_t i = 0; i < n; ++i) out[i] = *reinterpret_cast<const T*>(from + i * stride);
  }
}

template <class T>
void copy_to(const char* from, std::int64_t n, char* to, std::int64_t stride) {
  const T* const in = reinterpret_cast<const T*>(from);
  if (stride == static_cast<std::int64_t>(sizeof(T)))
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
  else
    for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(to + i * stride) = in[i];
}

// Calls visit(T{}) for the type of that size whose values are copied as they are.
template <class Visit>
void with_element(std::int64_t size, Visit visit) {
  switch (size) {
    case 8:
      return visit(std::uint64_t{});
    case 4:
      return visit(std::uint32_t{});
    default:
      return visit(std::uint16_t{});
  }
}

class Rows {
 public:
  Rows(const VectorLoop& loop, char* const* data, const std::int64_t* strides, const double* arguments)
      : loop_(loop),
        data_(data),
        strides_(strides),
        arguments_(arguments),
        share_(share_of_buffer(static_cast<std::size_t>(loop.operands), most_of_one)),
        block_(share_ / loop.element_size) {}

  void run(std::int64_t columns, std::int64_t rows) {
    const std::int64_t whole = columns / loop_.lanes * loop_.lanes;
    if (whole > 0) {
      bool all_direct = true;
      for (int i = 0; i < loop_.operands; ++i) all_direct &= is_direct(i);
      if (all_direct)
        loop_.run(data_, strides_, whole, rows, arguments_);
      else
        run_buffered(whole, rows);
    }
    if (whole < columns) run_rest(whole, columns, rows);
  }

 private:
  // Long enough for most elements to have reached the cache before vectors read them there.
  static constexpr std::int64_t most_of_one = 2048;

  struct Position {
    std::int64_t row, column;
  };

  char* buffer(int i) { return buffers_ + i * share_; }

  // Whether the loop takes the operand as it is.
  bool is_direct(int i) const { return strides_[i] == loop_.element_size || strides_[i] == 0; }

  char* place(int i, Position at) const {
    return data_[i] + at.row * strides_[loop_.operands + i] + at.column * strides_[i];
  }
  void gather(int i, Position at, std::int64_t n, std::int64_t index) {
    with_element(loop_.element_size, [&]<class T>(T) {
      copy_from<T>(place(i, at), strides_[i], n, buffer(i) + index * loop_.element_size);
    });
  }
  void scatter(int i, Position at, std::int64_t n, std::int64_t index) {
    with_element(loop_.element_size,
                 [&]<class T>(T) { copy_to<T>(buffer(i) + index * loop_.element_size, n, place(i, at), strides_[i]); });
  }

  // Rows of n elements, full vectors, by way of a buffer for the operands that are not direct.
  void run_buffered(std::int64_t n, std::int64_t rows) {
    char* pointers[most_operands];
    std::int64_t strides[2 * most_operands];
    std::fill_n(strides + loop_.operands, loop_.operands, 0);
    for (int i = 0; i < loop_.operands; ++i) strides[i] = is_direct(i) ? strides_[i] : loop_.element_size;
    for (Position at{0, 0}; at.row < rows; ++at.row) {
      for (at.column = 0; at.column < n; at.column += block_) {
        const std::int64_t length = std::min(block_, n - at.column);
        for (int i = 0; i < loop_.operands; ++i) {
          pointers[i] = is_direct(i) ? place(i, at) : buffer(i);
          if (i >= loop_.outputs && !is_direct(i)) gather(i, at, length, 0);
        }
        loop_.run(pointers, strides, length, 1, arguments_);
        for (int i = 0; i < loop_.outputs; ++i)
          if (!is_direct(i)) scatter(i, at, length, 0);
      }
    }
  }

  // What is left over of full vectors, from column `first` on, by way of a buffer that elements of several rows fill.
  void run_rest(std::int64_t first, std::int64_t columns, std::int64_t rows) {
    char* pointers[most_operands];
    std::int64_t strides[2 * most_operands];
    std::fill_n(strides + loop_.operands, loop_.operands, 0);
    for (int i = 0; i < loop_.operands; ++i) {
      pointers[i] = buffer(i);
      strides[i] = loop_.element_size;
    }
    // Calls visit(position, n, index) for the parts of rows that fill the buffer from index on; returns what follows.
    const auto for_each_part = [&](Position from, auto visit) {
      for (std::int64_t filled = 0; filled < block_ && from.row < rows;) {
        const std::int64_t n = std::min(block_ - filled, columns - from.column);
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
        for (int i = loop_.outputs; i < loop_.operands; ++i) gather(i, at, n, index);
        total = index + n;
      });
      const std::int64_t padded = (total + loop_.lanes - 1) / loop_.lanes * loop_.lanes, size = loop_.element_size;
      for (int i = loop_.outputs; i < loop_.operands; ++i)
        std::memset(buffer(i) + total * size, 0, static_cast<std::size_t>((padded - total) * size));
      loop_.run(pointers, strides, padded, 1, arguments_);
      for_each_part(begin, [&](Position at, std::int64_t n, std::int64_t index) {
        for (int i = 0; i < loop_.outputs; ++i) scatter(i, at, n, index);
      });
    }
  }

  const VectorLoop& loop_;
  char* const* data_;
  const std::int64_t* strides_;
  const double* arguments_;
  std::int64_t share_, block_;  // of the buffers: bytes and elements of each operand
  alignas(64) char buffers_[buffer_bytes];
};

}  // namespace

void run_rows(const VectorLoop& loop, char* const* data, const std::int64_t* strides, std::int64_t columns,
              std::int64_t rows, const double* arguments) {
  Rows(loop, data, strides, arguments).run(columns, rows);
}

}  // namespace torchactiv
