#include "csrc/kernels/rows.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace torchactiv::TORCHACTIV_ISA {
namespace {

// At least one chunk; the last may overlap the one before.
template <std::int64_t chunk>
void copy_chunks(const char* from, std::int64_t bytes, char* to) {
  const std::int64_t last = bytes - chunk;
  for (std::int64_t done = 0; done < last; done += chunk) std::memcpy(to + done, from + done, chunk);
  std::memcpy(to + last, from + last, chunk);
}

// A call of memcpy takes longer than a short row.
void copy_row(const char* from, std::int64_t bytes, char* to) {
  constexpr std::int64_t narrow = 16, wide = 64, longest = 1024;
  if (bytes >= wide && bytes <= longest)
    copy_chunks<wide>(from, bytes, to);
  else if (bytes >= narrow && bytes <= longest)
    copy_chunks<narrow>(from, bytes, to);
  else
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
}

// Copies n elements of `size` bytes, `stride` bytes apart. Every second element, as of complex numbers or of two
// interleaved channels, has a loop of its own, which the compiler turns into vectors.
template <std::int64_t size>
void copy_from(const char* __restrict from, std::int64_t stride, std::int64_t n, char* __restrict to) {
  if (stride == size)
    copy_row(from, n * size, to);
  else if (stride == 2 * size)
    for (std::int64_t i = 0; i < n; ++i) std::memcpy(to + i * size, from + 2 * i * size, size);
  else
    for (std::int64_t i = 0; i < n; ++i) std::memcpy(to + i * size, from + i * stride, size);
}

template <std::int64_t size>
void copy_to(const char* __restrict from, std::int64_t n, char* __restrict to, std::int64_t stride) {
  if (stride == size)
    copy_row(from, n * size, to);
  else
    for (std::int64_t i = 0; i < n; ++i) std::memcpy(to + i * stride, from + i * size, size);
}

// Rows of so many bytes, which are whole lines.
constexpr std::int64_t line = 64;
void copy_rows(const char* __restrict from, std::int64_t from_step, char* __restrict to, std::int64_t to_step,
               std::int64_t bytes, std::int64_t rows) {
  for (; rows > 0; --rows, from += from_step, to += to_step)
    for (std::int64_t done = 0; done < bytes; done += line) std::memcpy(to + done, from + done, line);
}

// Calls visit.operator()<size>(): loops over elements have their size as a constant.
template <class Visit>
void with_size(std::int64_t size, Visit visit) {
  switch (size) {
    case 8:
      return visit.template operator()<8>();
    case 4:
      return visit.template operator()<4>();
    default:
      return visit.template operator()<2>();
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
    const std::int64_t whole =
        columns % loop_.lanes == 0 || !copies_rows(columns, rows) ? columns / loop_.lanes * loop_.lanes : 0;
    // Of rows of both parts so many at a time as the second finds in a cache where the first left them.
    const std::int64_t most =
        whole == 0 || whole == columns ? rows : std::max<std::int64_t>(1, near_elements / columns);
    for (std::int64_t row = 0; row < rows; row += most) {
      const std::int64_t count = std::min(most, rows - row);
      if (whole > 0) run_whole(row, whole, count);
      if (whole < columns) run_rest(row, whole, columns, count);
    }
  }

 private:
  // Long enough for most elements to have reached the cache before vectors read them there.
  static constexpr std::int64_t most_of_one = 2048;
  static constexpr std::int64_t near_elements = 16384;

  // Short rows are not cut into full vectors and a rest, which most of them would be. One row is, and rows along which
  // an operand is one element, for which a loop may have code of its own.
  bool copies_rows(std::int64_t columns, std::int64_t rows) const {
    constexpr std::int64_t short_row = 8;  // vectors
    return rows > 1 && columns < short_row * loop_.lanes &&
           std::find(strides_, strides_ + loop_.operands, 0) == strides_ + loop_.operands;
  }

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
    with_size(loop_.element_size,
              [&]<std::int64_t size>() { copy_from<size>(place(i, at), strides_[i], n, buffer(i) + index * size); });
  }
  void scatter(int i, Position at, std::int64_t n, std::int64_t index) {
    with_size(loop_.element_size,
              [&]<std::int64_t size>() { copy_to<size>(buffer(i) + index * size, n, place(i, at), strides_[i]); });
  }

  // Rows of n elements, full vectors.
  void run_whole(std::int64_t first_row, std::int64_t n, std::int64_t rows) {
    bool all_direct = true;
    char* pointers[most_operands];
    for (int i = 0; i < loop_.operands; ++i) {
      all_direct &= is_direct(i);
      pointers[i] = place(i, {first_row, 0});
    }
    if (all_direct)
      loop_.run(pointers, strides_, n, rows, arguments_);
    else
      run_buffered(first_row, n, rows);
  }

  // By way of a buffer for the operands that are not direct.
  void run_buffered(std::int64_t first_row, std::int64_t n, std::int64_t rows) {
    char* pointers[most_operands];
    std::int64_t strides[2 * most_operands];
    std::fill_n(strides + loop_.operands, loop_.operands, 0);
    for (int i = 0; i < loop_.operands; ++i) strides[i] = is_direct(i) ? strides_[i] : loop_.element_size;
    for (Position at{first_row, 0}; at.row < first_row + rows; ++at.row) {
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
  void run_rest(std::int64_t first_row, std::int64_t first, std::int64_t columns, std::int64_t rows) {
    const std::int64_t width = columns - first, size = loop_.element_size;
    char* pointers[most_operands];
    std::int64_t strides[2 * most_operands];
    std::fill_n(strides, loop_.operands, size);
    std::fill_n(strides + loop_.operands, loop_.operands, 0);
    const std::int64_t block = whole_rows(width);
    for (std::int64_t done = 0, n; done < rows * width; done += n) {
      n = std::min(block, rows * width - done);
      const Rest rest{first, columns, {first_row + done / width, first + done % width}, n};
      const std::int64_t padded = (n + loop_.lanes - 1) / loop_.lanes * loop_.lanes;
      const auto needs_buffer = [&](int i) { return padded > n || !rows_follow(i, first, columns); };
      for (int i = 0; i < loop_.operands; ++i) {
        pointers[i] = needs_buffer(i) ? buffer(i) : place(i, rest.begin);
        if (i < loop_.outputs || !needs_buffer(i)) continue;
        if (has_whole_lines(i, rest, width))
          copy_rows(place(i, rest.begin), strides_[loop_.operands + i], buffer(i), width * size, width * size,
                    n / width);
        else
          for_each_part(rest, [&]<std::int64_t size>(Position at, std::int64_t length, std::int64_t index) {
            copy_from<size>(place(i, at), strides_[i], length, buffer(i) + index * size);
          });
        std::memset(buffer(i) + n * size, 0, static_cast<std::size_t>((padded - n) * size));
      }
      loop_.run(pointers, strides, padded, 1, arguments_);
      for (int i = 0; i < loop_.outputs; ++i)
        if (needs_buffer(i) && has_whole_lines(i, rest, width))
          copy_rows(buffer(i), width * size, place(i, rest.begin), strides_[loop_.operands + i], width * size,
                    n / width);
        else if (needs_buffer(i))
          for_each_part(rest, [&]<std::int64_t size>(Position at, std::int64_t length, std::int64_t index) {
            copy_to<size>(buffer(i) + index * size, length, place(i, at), strides_[i]);
          });
    }
  }

  // A block of rows of so many elements, and of full vectors, if that can be.
  std::int64_t whole_rows(std::int64_t width) const {
    const std::int64_t both = std::lcm(width, loop_.lanes);
    return both <= block_ ? block_ / both * both : width <= block_ ? block_ / width * width : block_;
  }

  // n elements of the columns from `first` on, row by row.
  struct Rest {
    std::int64_t first, columns;
    Position begin;
    std::int64_t n;
  };

  // Whether what is copied is rows without gaps, all of them as long as some lines of the cache.
  bool has_whole_lines(int i, const Rest& rest, std::int64_t width) const {
    return strides_[i] == loop_.element_size && width * loop_.element_size % line == 0 &&
           rest.begin.column == rest.first && rest.n % width == 0;
  }

  // Whether these columns of all rows follow each other in memory, as those of a new result do.
  bool rows_follow(int i, std::int64_t first, std::int64_t columns) const {
    const std::int64_t size = loop_.element_size;
    return first == 0 && strides_[i] == size && strides_[loop_.operands + i] == columns * size;
  }

  // Calls visit<size>(position, length, index) for each row's part, which is `index` elements behind the first.
  template <class Visit>
  void for_each_part(const Rest& rest, Visit visit) {
    with_size(loop_.element_size, [&]<std::int64_t size>() {
      Position at = rest.begin;
      for (std::int64_t index = 0, length; index < rest.n; index += length, at = {at.row + 1, rest.first}) {
        length = std::min(rest.n - index, rest.columns - at.column);
        visit.template operator()<size>(at, length, index);
      }
    });
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

}  // namespace torchactiv::TORCHACTIV_ISA
