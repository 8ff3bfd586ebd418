// The numbers of each channel, column by column of a strip's rows.
#pragma once

#include <vector>

#include "csrc/normalisation/columns/strips.h"

namespace torchactiv {

// A number for each column, of which those of a channel are the same.
template <class T>
class ColumnNumbers {
 public:
  explicit ColumnNumbers(const Strips& strips)
      : inner_(static_cast<std::size_t>(strips.inner())),
        period_(static_cast<std::size_t>(strips.channels()) * inner_),
        values_(static_cast<std::size_t>(strips.columns())) {}

  void set(std::size_t channel, T value) {
    for (std::size_t i = channel * inner_; i < (channel + 1) * inner_; ++i) values_[i] = value;
  }
  // Once the channels are set: in rows that are joined they repeat.
  void repeat() {
    for (std::size_t i = period_; i < values_.size(); ++i) values_[i] = values_[i - period_];
  }
  const T* from(std::int64_t column) const { return values_.data() + column; }

 private:
  std::size_t inner_, period_;
  std::vector<T> values_;
};

template <class T>
class ColumnValues {
 public:
  // of(channel) gives the numbers.
  template <class Of>
  ColumnValues(const Strips& strips, const Of& of) : centre_(strips), scale_(strips), shift_(strips) {
    for (std::size_t c = 0; c < static_cast<std::size_t>(strips.channels()); ++c) {
      const Affine<T> values = of(c);
      centre_.set(c, values.centre), scale_.set(c, values.scale), shift_.set(c, values.shift);
    }
    for (ColumnNumbers<T>* const numbers : {&centre_, &scale_, &shift_}) numbers->repeat();
  }
  Affine<const T*> from(std::int64_t column) const {
    return {centre_.from(column), scale_.from(column), shift_.from(column)};
  }

 private:
  ColumnNumbers<T> centre_, scale_, shift_;
};

template <class T>
class ColumnCorrections {
 public:
  template <class Of>
  ColumnCorrections(const Strips& strips, const Of& of)
      : centre_(strips), slope_(strips), shift_(strips), scale_(strips) {
    for (std::size_t c = 0; c < static_cast<std::size_t>(strips.channels()); ++c) {
      const Correction<T> values = of(c);
      centre_.set(c, values.centre), slope_.set(c, values.slope);
      shift_.set(c, values.shift), scale_.set(c, values.scale);
    }
    for (ColumnNumbers<T>* const numbers : {&centre_, &slope_, &shift_, &scale_}) numbers->repeat();
  }
  Correction<const T*> from(std::int64_t column) const {
    return {centre_.from(column), slope_.from(column), shift_.from(column), scale_.from(column)};
  }

 private:
  ColumnNumbers<T> centre_, slope_, shift_, scale_;
};

}  // namespace torchactiv
