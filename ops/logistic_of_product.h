#pragma once

#include "ops/logistic_tails.h"
#include "ops/number.h"
#include "ops/tame.h"

namespace torchactiv {

// The sigmoid of z = factor * x and its slopes, of any x and factor, where the error of a rounded z would count.
template <Number N>
class LogisticOfProduct {
 public:
  LogisticOfProduct(const N& x, const N& factor)
      : negative_(scaled(x, factor) < N(0.0)),
        far_(N(product_limit<N>) <= abs(scaled(x, factor))),
        falling_(limited_fall(widen(factor) * tame(x, factor))),
        tails_(falling_) {}

  // y sigmoid(z), and the sigmoid.
  N times(const N& y) const { return copysign(restore(product(y, sigmoid())), y); }
  N value() const { return restore(narrow(sigmoid())); }
  // The derivative of z sigmoid(z).
  N gate_slope() const {
    const Wide<N> z = select(negative_, falling_, -falling_);
    return restore(product(offset(z * complement(), 1.0), sigmoid()));
  }
  // y times a multiple of the derivative of the sigmoid, which restore_slope() takes from what is proportional to it.
  N slope_times(const N& y) const { return product(y, sigmoid() * complement()); }
  N restore_slope(const N& y) const { return select(far_, copysign(N(0.0), y), tails_.e.restore_product(y)); }

 private:
  // Of what is proportional to the sigmoid.
  N restore(const N& y) const { return select(negative_, restore_slope(y), y); }
  Wide<N> sigmoid() const { return select(negative_, tails_.smaller(), tails_.larger); }
  Wide<N> complement() const { return select(negative_, tails_.larger, tails_.smaller()); }
  Wide<N> limited_fall(const Wide<N>& z) const {
    return select(far_, Wide<N>(-product_limit<N>), select(negative_, z, -z));
  }

  Mask<N> negative_, far_;  // z < 0; |z| so large that the smaller sigmoid is 0 beside anything
  Wide<N> falling_;         // -|z|
  LogisticTails<Wide<N>> tails_;
};

// A number type may have functions of its own that are faster: scaled_logistic(), of which products are taken, and
// scaled_logistic_slopes().
template <Number N>
auto sigmoid_of_product(const N& x, const N& factor) {
  if constexpr (requires { scaled_logistic(x, factor); })
    return scaled_logistic(tame(x, factor), factor);
  else
    return LogisticOfProduct<N>(x, factor);
}
template <Number N>
auto sigmoid_slopes_of_product(const N& x, const N& factor) {
  if constexpr (requires { scaled_logistic_slopes(x, factor); })
    return scaled_logistic_slopes(tame(x, factor), factor);
  else
    return LogisticOfProduct<N>(x, factor);
}

}  // namespace torchactiv
