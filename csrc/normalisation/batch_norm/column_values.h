// The numbers of each channel, column by column of a strip's rows.
#pragma once

#include <vector>

#include "csrc/normalisation/batch_norm/statistics.h"
#include "csrc/normalisation/batch_norm/strips.h"

namespace torchactiv {

template <class T>
class ColumnValues {
 public:
  // of(channel) gives the numbers.
  template <class Of>
  ColumnValues(const Strips& strips, Of of)
      : centre_(static_cast<std::size_t>(strips.columns())), scale_(centre_), shift_(centre_) {
    const auto inner = static_cast<std::size_t>(strips.inner()), channels = static_cast<std::size_t>(strips.channels());
    for (std::size_t c = 0; c < channels; ++c) {
      const Affine<T> affine = of(c);
      for (std::size_t i = c * inner; i < (c + 1) * inner; ++i)
        centre_[i] = affine.centre, scale_[i] = affine.scale, shift_[i] = affine.shift;
    }
    const std::size_t period = channels * inner;  // which rows that are joined repeat
    for (std::vector<T>* const values : {&centre_, &scale_, &shift_})
      for (std::size_t i = period; i < values->size(); ++i) (*values)[i] = (*values)[i - period];
  }
  Affine<const T*> from(std::int64_t column) const {
    return {centre_.data() + column, scale_.data() + column, shift_.data() + column};
  }

 private:
  std::vector<T> centre_, scale_, shift_;
};

// The same of corrections, whose scale is the channel's.
template <class T>
class ColumnCorrections {
 public:
  ColumnCorrections(const Strips& strips, const Statistics<T>& statistics, const std::vector<Sums>& sums,
                    const ColumnValues<T>& channels)
      : channels_(channels), values_(strips, [&](std::size_t c) -> Affine<T> {
          const Correction<T> correction = statistics.correction(c, sums[c]);
          return {correction.centre, correction.slope, correction.shift};
        }) {}
  Correction<const T*> from(std::int64_t column) const {
    const Affine<const T*> values = values_.from(column);
    return {values.centre, values.scale, values.shift, channels_.from(column).scale};
  }

 private:
  const ColumnValues<T>& channels_;
  ColumnValues<T> values_;
};

}  // namespace torchactiv
