// What is known of each channel, and what follows from it.
#pragma once

#include <cmath>
#include <vector>

#include "csrc/normalisation/batch_norm/batch_norm.h"
#include "csrc/normalisation/moments.h"
#include "csrc/normalisation/values.h"

namespace torchactiv {

// What backward is to do: whether it owes something to the mean and the variance of the batch, and whether the data are
// the output rather than the input.
struct BackwardTask {
  bool corrected, from_output;
};

// T is the type that is computed in. The centre is the mean in that type; what it lacks is in the shift.
template <class T>
class Statistics {
 public:
  Statistics(std::int64_t channels, std::int64_t count, const BatchNorm& norm)
      : mean_(static_cast<std::size_t>(channels)),
        variance_(mean_),
        inverse_(mean_),
        weight_(norm.weight ? values_of(*norm.weight) : std::vector<double>(mean_.size(), 1.0)),
        bias_(norm.bias ? values_of(*norm.bias) : std::vector<double>(mean_.size(), 0.0)),
        eps_(norm.eps),
        count_(static_cast<double>(count)) {}

  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& variance() const { return variance_; }

  void set(std::size_t channel, const Moments& found) { set(channel, found.mean, found.squares / count_); }
  void set(std::size_t channel, double mean, double variance) {
    mean_[channel] = mean;
    variance_[channel] = variance;
    inverse_[channel] = 1 / std::sqrt(variance + eps_);
  }

  Affine<T> affine(std::size_t c) const {
    const double scale = weight_[c] * inverse_[c];
    return {static_cast<T>(mean_[c]), static_cast<T>(scale), static_cast<T>(bias_[c] - missing(c) * scale)};
  }
  // From u back to x - mean.
  Affine<T> inverse_affine(std::size_t c) const {
    return {static_cast<T>(bias_[c]), static_cast<T>(1 / (weight_[c] * inverse_[c])), T(0)};
  }
  // dx = s (g f' - mean of g f' - (x - mean) / deviation * mean of g f' (x - mean) / deviation) with s = weight /
  // deviation, of which backward has computed the first term.
  Correction<T> correction(std::size_t c, const Sums& sums) const {
    const double slope = inverse_[c] * (gradient_of_weight(c, sums) / count_);
    return {static_cast<T>(mean_[c]), static_cast<T>(slope), static_cast<T>(sums.slope / count_ - missing(c) * slope),
            static_cast<T>(weight_[c] * inverse_[c])};
  }
  double gradient_of_weight(std::size_t c, const Sums& sums) const {
    return (sums.distance - missing(c) * sums.slope) * inverse_[c];
  }

 private:
  double missing(std::size_t c) const { return mean_[c] - static_cast<double>(static_cast<T>(mean_[c])); }

  std::vector<double> mean_, variance_, inverse_;  // and 1 / deviation, which takes a root and a division
  std::vector<double> weight_, bias_;
  double eps_, count_;
};

}  // namespace torchactiv
