// How data whose channels lie side by side, or are short rows, is cut, by its shape alone: into strips of columns, each
// of which has the numbers of its channel, and groups of rows. Narrow rows behind each other are treated as one, whose
// channels repeat.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>
#include <vector>

#include "csrc/cpu/elementwise.h"
#include "csrc/normalisation/operand.h"

namespace torchactiv {

class Strips {
 public:
  static constexpr std::int64_t most_elements = NormalisationFunctions::most_elements;

  // Rows narrower than `joined` are joined up to that, to whole vectors where that can be: narrowly for loops that read
  // their operands once, and are fastest in one stream; widely for blocks that go through the caches.
  static constexpr std::int64_t narrowly = 128, widely = 256;

  Strips(const ChannelLayout& layout, std::int64_t joined)
      : channels_(layout.channels), inner_(layout.inner), elements_(layout.outer * layout.channels * layout.inner) {
    repeats_ = std::clamp<std::int64_t>(joined / period(), 1, layout.outer);
    const std::int64_t to_vectors = vector / std::gcd(vector, period());
    if (repeats_ > to_vectors) repeats_ -= repeats_ % to_vectors;
    width_ = period() * repeats_;
    rows_ = part(elements_, width_);
    const std::int64_t unit = inner_ == 1 ? whole_vectors : inner_;
    strip_ = std::min(width_, part(width_, part(width_, most_columns / unit * unit), unit));
    strips_ = part(width_, strip_);
    block_rows_ = std::max<std::int64_t>(1, most_elements / strip_);
    const std::int64_t most_rows =
        std::max(block_rows_, std::clamp<std::int64_t>(group_elements / strip_, least_group_rows, most_group_rows));
    const std::int64_t least = part(rows_, most_rows), shared = std::min(most_shared, ceiling_power_of_two(least));
    group_rows_ = part(rows_, part(least, 1, shared));
    groups_ = part(rows_, group_rows_);
  }

  std::int64_t channels() const { return channels_; }
  std::int64_t inner() const { return inner_; }
  std::int64_t groups() const { return groups_; }
  std::int64_t columns() const { return width_; }
  std::int64_t width(std::int64_t first) const { return std::min(strip_, width_ - first); }
  // How often a channel is in rows of so many columns.
  std::int64_t repeats(std::int64_t columns) const { return repeats_ == 1 ? 1 : columns / period(); }

  // What is found of the channels of a strip in a group.
  template <class Found>
  std::span<Found> of_strip(std::vector<Found>& found, std::int64_t group, std::int64_t first) const {
    const std::int64_t count = width(first) / inner_ / repeats_;
    return {found.data() + group * channels_ + first / inner_, static_cast<std::size_t>(count)};
  }

  // The sums over all columns of each channel, of a strip of n columns.
  template <class S>
  void totals(const S* values, std::int64_t n, double* of_channels) const {
    const std::int64_t once = repeats_ == 1 ? n : period();
    double columns[most_columns];
    std::copy_n(values, once, columns);
    for (std::int64_t first = once; first < n; first += once)
      for (std::int64_t i = 0; i < once; ++i) columns[i] += static_cast<double>(values[first + i]);
    for (std::int64_t c = 0; c < once / inner_; ++c) {
      double sum = columns[c * inner_];
      for (std::int64_t i = 1; i < inner_; ++i) sum += columns[c * inner_ + i];
      of_channels[c] = sum;
    }
  }
  // One estimate for all n columns of a channel, from the `known` first columns of the strip.
  template <class S>
  void estimate_channels(S* means, std::int64_t known, std::int64_t n) const {
    if (inner_ == 1 && repeats_ == 1) return;
    std::fill(means + known, means + n, S(0));
    const std::int64_t columns = repeats_ == 1 ? inner_ : known / period() * inner_;
    double sums[most_columns];
    totals(means, n, sums);
    const std::int64_t channels = (repeats_ == 1 ? n : period()) / inner_;
    for (std::int64_t i = 0; i < n;)
      for (std::int64_t c = 0; c < channels; ++c, i += inner_)
        std::fill_n(means + i, inner_, static_cast<S>(sums[c] / static_cast<double>(columns)));
  }

  // work(group, first column of a strip)
  template <class Work>
  void in_parallel(Work work) const {
    const std::int64_t grain = std::max<std::int64_t>(1, grain_size / (std::min(group_rows_, rows_) * strip_));
    at::parallel_for(0, groups_ * strips_, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) work(i / strips_, i % strips_ * strip_);
    });
  }

  // The rows of a block: those that fit into most_elements; of these, those that have nothing between them; and all
  // rows of a group, for a pass whose operands go through no memory of that size.
  std::int64_t block_rows() const { return block_rows_; }
  std::int64_t rows_side_by_side() const { return strip_ < width_ ? 1 : block_rows_; }
  std::int64_t all_rows() const { return group_rows_; }

  // Calls work(pieces) for at most so many rows; the last of all may be short.
  template <class Work>
  void each_block(std::int64_t group, std::int64_t first, std::int64_t most, Work work) const {
    const std::int64_t last = std::min((group + 1) * group_rows_, rows_), whole = elements_ / width_;
    const std::int64_t n = width(first);
    for (std::int64_t row = group * group_rows_; row < last;) {
      const std::int64_t rows = std::min({most, last - row, std::max<std::int64_t>(1, whole - row)});
      const std::int64_t length = row < whole ? n : std::min(n, elements_ - row * width_ - first);
      if (length > 0) work(Pieces{row * width_ + first, rows, width_, length});
      row += rows;
    }
  }

 private:
  static constexpr std::int64_t most_columns = NormalisationFunctions::most_columns;
  // Strips are equal but for the last, and begin at whole vectors. So are groups, and up to eight threads share them
  // evenly: of six groups and a short one, one thread of two has four.
  static constexpr std::int64_t group_elements = 131072, least_group_rows = 128, most_group_rows = 256;
  static constexpr std::int64_t vector = 16, whole_vectors = 64, most_shared = 8;

  // n in so many parts, rounded up to a multiple of `unit`.
  static std::int64_t part(std::int64_t n, std::int64_t parts, std::int64_t unit = 1) {
    const std::int64_t units = parts * unit;
    return (n + units - 1) / units * unit;
  }
  static std::int64_t ceiling_power_of_two(std::int64_t n) {
    return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(n)));
  }

  std::int64_t period() const { return channels_ * inner_; }

  std::int64_t channels_, inner_, elements_;
  std::int64_t repeats_, width_, rows_, strip_, strips_, block_rows_, group_rows_, groups_;
};

}  // namespace torchactiv
