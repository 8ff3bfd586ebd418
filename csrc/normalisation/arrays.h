// Arrays of numbers that a loop reads or writes side by side, beside its data.
#pragma once

#include <span>
#include <vector>

namespace torchactiv {

// Each begins a line of the cache, so that no vector of its elements lies in two; and so far behind the one before that
// the same element of all is in different sets of the first-level cache. Of arrays of 1024 floats, a page of 4 KiB,
// that would be the same eight lines, in which there is no room for the data.
template <class T>
class Arrays {
 public:
  Arrays(std::size_t count, std::size_t n) : n_(n), pitch_(pitch(n)), lines_(count * pitch_) {}

  std::span<T> operator[](std::size_t i) { return {lines_[i * pitch_].values, n_}; }
  std::span<const T> operator[](std::size_t i) const { return {lines_[i * pitch_].values, n_}; }

 private:
  struct alignas(64) Line {
    T values[64 / sizeof(T)];
  };
  static std::size_t pitch(std::size_t n) {
    constexpr std::size_t page = 64, apart = 9;  // in lines
    const std::size_t lines = n * sizeof(T) / sizeof(Line) + 1;
    return (lines + page - 1 - apart) / page * page + apart;
  }

  std::size_t n_, pitch_;
  std::vector<Line> lines_;
};

}  // namespace torchactiv
