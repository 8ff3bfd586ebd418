// The numbers of each channel, column by column of a strip's rows.
#pragma once

#include <array>
#include <vector>

#include "csrc/normalisation/columns/strips.h"

namespace torchactiv {

// `count` numbers for each column, of which those of a channel are the same. Each kind has an array of its own, so far
// behind the one before that the same column of all is in other sets of the first-level cache: in pages of 4 KiB, which
// rows of 1024 floats are, everything would be in the same eight lines.
template <class T, std::size_t count>
class ColumnNumbers {
 public:
  // of(channel) gives the numbers.
  template <class Of>
  ColumnNumbers(const Strips& strips, const Of& of)
      : columns_(static_cast<std::size_t>(strips.columns())), pitch_(pitch(columns_)), lines_(count * pitch_) {
    const auto inner = static_cast<std::size_t>(strips.inner()), channels = static_cast<std::size_t>(strips.channels());
    for (std::size_t channel = 0; channel < channels; ++channel) {
      const std::array<T, count> numbers = of(channel);
      for (std::size_t kind = 0; kind < count; ++kind) std::fill_n(array(kind) + channel * inner, inner, numbers[kind]);
    }
    for (std::size_t kind = 0; kind < count; ++kind)  // in rows that are joined they repeat
      for (std::size_t i = channels * inner; i < columns_; ++i) array(kind)[i] = array(kind)[i - channels * inner];
  }

  const T* from(std::size_t kind, std::int64_t column) const { return array(kind) + column; }

 private:
  struct alignas(64) Line {
    T values[64 / sizeof(T)];
  };

  static std::size_t pitch(std::size_t columns) {
    constexpr std::size_t page = 64, apart = 9;  // in lines
    const std::size_t lines = columns * sizeof(T) / sizeof(Line) + 1;
    return (lines + page - 1 - apart) / page * page + apart;
  }
  T* array(std::size_t kind) { return lines_[kind * pitch_].values; }
  const T* array(std::size_t kind) const { return lines_[kind * pitch_].values; }

  std::size_t columns_, pitch_;
  std::vector<Line> lines_;
};

template <class T>
class ColumnValues {
 public:
  // of(channel) gives the numbers.
  template <class Of>
  ColumnValues(const Strips& strips, const Of& of)
      : numbers_(strips, [&](std::size_t channel) {
          const Affine<T> values = of(channel);
          return std::array{values.centre, values.scale, values.shift};
        }) {}
  Affine<const T*> from(std::int64_t column) const {
    return {numbers_.from(0, column), numbers_.from(1, column), numbers_.from(2, column)};
  }

 private:
  ColumnNumbers<T, 3> numbers_;
};

template <class T>
class ColumnCorrections {
 public:
  template <class Of>
  ColumnCorrections(const Strips& strips, const Of& of)
      : numbers_(strips, [&](std::size_t channel) {
          const Correction<T> values = of(channel);
          return std::array{values.centre, values.slope, values.shift, values.scale};
        }) {}
  Correction<const T*> from(std::int64_t column) const {
    return {numbers_.from(0, column), numbers_.from(1, column), numbers_.from(2, column), numbers_.from(3, column)};
  }

 private:
  ColumnNumbers<T, 4> numbers_;
};

}  // namespace torchactiv
