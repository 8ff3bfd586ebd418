// What is known of each channel, and what follows from it.
#pragma once

#include <cmath>
#include <vector>

#include "csrc/normalisation/batch_norm/batch_norm.h"
#include "csrc/normalisation/moments.h"
#include "csrc/normalisation/values.h"

namespace torchactiv {

// The sums over a channel of g f', and of that times x - centre.
struct Sums {
  double slope = 0, distance = 0;
};

// What backward is to do: whether it owes something to the mean and the variance of the batch, and whether the data are
// the output rather than the input.
struct BackwardTask {
  bool corrected, from_output;
};

// T is the type that is computed in. The centre is the mean in that type; what it lacks is in the shift.
template <class T>
class Statistics {
 public:
  std::vector<double> mean, variance;

  Statistics(std::int64_t channels, std::int64_t count, const BatchNorm& norm)
      : mean(static_cast<std::size_t>(channels)),
        variance(mean),
        weight_(norm.weight ? values_of(*norm.weight) : std::vector<double>(mean.size(), 1.0)),
        bias_(norm.bias ? values_of(*norm.bias) : std::vector<double>(mean.size(), 0.0)),
        eps_(norm.eps),
        count_(static_cast<double>(count)) {}

  void set(std::size_t channel, const Moments& found) {
    mean[channel] = found.mean;
    variance[channel] = found.squares / count_;
  }

  Affine<T> affine(std::size_t c) const {
    const double scale = weight_[c] * inverse(c);
    return {static_cast<T>(mean[c]), static_cast<T>(scale), static_cast<T>(bias_[c] - missing(c) * scale)};
  }
  // From u back to x - mean.
  Affine<T> inverse_affine(std::size_t c) const {
    return {static_cast<T>(bias_[c]), static_cast<T>(1 / (weight_[c] * inverse(c))), T(0)};
  }
  // dx = s (g f' - mean of g f' - (x - mean) / deviation * mean of g f' (x - mean) / deviation) with s = weight /
  // deviation, of which backward has computed the first term.
  Correction<T> correction(std::size_t c, const Sums& sums) const {
    const double slope = inverse(c) * (gradient_of_weight(c, sums) / count_);
    return {static_cast<T>(mean[c]), static_cast<T>(slope), static_cast<T>(sums.slope / count_ - missing(c) * slope),
            static_cast<T>(weight_[c] * inverse(c))};
  }
  double gradient_of_weight(std::size_t c, const Sums& sums) const {
    return (sums.distance - missing(c) * sums.slope) * inverse(c);
  }

 private:
  double inverse(std::size_t c) const { return 1 / std::sqrt(variance[c] + eps_); }
  double missing(std::size_t c) const { return mean[c] - static_cast<double>(static_cast<T>(mean[c])); }

  std::vector<double> weight_, bias_;
  double eps_, count_;
};

}  // namespace torchactiv
