// Weight and bias of normalisations of rows, and what is summed for their gradients.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "csrc/kernels/row_norm.h"
#include "csrc/normalisation/arrays.h"

namespace torchactiv {

// weight and bias as they are computed with: a number for each channel of each group.
template <class T>
class Scales {
  Arrays<T> numbers_;

 public:
  const std::span<T> weight, bias;

  explicit Scales(std::int64_t count)
      : numbers_(2, static_cast<std::size_t>(count)), weight(numbers_[0]), bias(numbers_[1]) {}
  Scales(const Scales&) = delete;
  Scales& operator=(const Scales&) = delete;
};

// The sums over all rows.
struct ScaleGradients {
  std::vector<double> weight, bias;
};

// What the parts of the rows find, each in its own memory, which whoever works on it fills.
class PartialSums {
 public:
  PartialSums(std::int64_t parts, std::int64_t count)
      : parts_(parts), count_(count), numbers_(std::make_unique_for_overwrite<double[]>(2 * parts * count)) {}

  double* weight(std::int64_t part) const { return numbers_.get() + 2 * part * count_; }
  double* bias(std::int64_t part) const { return weight(part) + count_; }
  void clear(std::int64_t part) const { std::fill_n(weight(part), 2 * count_, 0.0); }

  ScaleGradients joined() const {
    constexpr std::int64_t grain_found = 16384;  // numbers for one thread
    ScaleGradients total{std::vector<double>(static_cast<std::size_t>(count_)),
                         std::vector<double>(static_cast<std::size_t>(count_))};
    double *const of_weight = total.weight.data(), *const of_bias = total.bias.data();
    at::parallel_for(0, count_, std::max<std::int64_t>(1, grain_found / parts_),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t part = 0; part < parts_; ++part)
                         for (std::int64_t i = begin; i < end; ++i) {
                           of_weight[i] += weight(part)[i];
                           of_bias[i] += bias(part)[i];
                         }
                     });
    return total;
  }

 private:
  std::int64_t parts_, count_;
  std::unique_ptr<double[]> numbers_;
};

// The sums of a part: if there is a weight for each element, in T for some samples, then in doubles.
template <class T>
class PartSums {
 public:
  PartSums(std::int64_t count, bool by_elements) : short_(2, by_elements ? static_cast<std::size_t>(count) : 0) {}

  void begin(const PartialSums& all, std::int64_t part) {
    all.clear(part);
    weight_ = all.weight(part);
    bias_ = all.bias(part);
  }
  // A row's slopes between the passes of backward.
  T* slopes(std::int64_t length) {
    slopes_.resize(static_cast<std::size_t>(length));
    return slopes_.data();
  }
  ScaleSums<T> scales() { return {short_[0].data(), short_[1].data(), weight_, bias_}; }
  void flush() {
    add(short_[0], weight_);
    add(short_[1], bias_);
  }

 private:
  static void add(std::span<T> sums, double* into) {
    for (std::size_t i = 0; i < sums.size(); ++i) into[i] += static_cast<double>(sums[i]);
    std::fill(sums.begin(), sums.end(), T(0));
  }

  Arrays<T> short_;
  std::vector<T> slopes_;
  double *weight_ = nullptr, *bias_ = nullptr;
};

}  // namespace torchactiv
