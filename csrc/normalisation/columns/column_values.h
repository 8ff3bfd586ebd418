// The numbers of each channel, column by column of a strip's rows.
#pragma once

#include <array>

#include "csrc/normalisation/arrays.h"
#include "csrc/normalisation/columns/strips.h"

namespace torchactiv {

// `count` numbers for each column, of which those of a channel are the same.
template <class T, std::size_t count>
class ColumnNumbers {
 public:
  // of(channel) gives the numbers.
  template <class Of>
  ColumnNumbers(const Strips& strips, const Of& of) : arrays_(count, static_cast<std::size_t>(strips.columns())) {
    const auto inner = static_cast<std::size_t>(strips.inner()), channels = static_cast<std::size_t>(strips.channels());
    for (std::size_t channel = 0; channel < channels; ++channel) {
      const std::array<T, count> numbers = of(channel);
      for (std::size_t kind = 0; kind < count; ++kind) {
        T* const columns = &arrays_[kind][channel * inner];
        columns[0] = numbers[kind];  // which are all, of channels that lie side by side
        for (std::size_t i = 1; i < inner; ++i) columns[i] = numbers[kind];
      }
    }
    for (std::size_t kind = 0; kind < count; ++kind) {  // in rows that are joined they repeat
      const std::span<T> all = arrays_[kind];
      for (std::size_t i = channels * inner; i < all.size(); ++i) all[i] = all[i - channels * inner];
    }
  }

  const T* from(std::size_t kind, std::int64_t column) const { return arrays_[kind].data() + column; }

 private:
  Arrays<T> arrays_;
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
