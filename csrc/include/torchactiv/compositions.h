// Activations that are no function of single elements, or that choose between several, with the arguments of torch's.
#pragma once

#include <optional>
#include <string_view>

#include "torchactiv/operator_named.h"

namespace torchactiv {

/// The Gaussian error linear unit; approximate is "none" or "tanh".
inline at::Tensor gelu(const at::Tensor& input, std::string_view approximate = "none") {
  static const auto handle = detail::operator_named<at::Tensor(const at::Tensor&, std::string_view)>("gelu");
  return handle.call(input, approximate);
}

/// The leaky rectified linear unit with random slopes in training.
inline at::Tensor rrelu(const at::Tensor& input, double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false,
                        std::optional<at::Generator> generator = std::nullopt) {
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, double, double, bool, std::optional<at::Generator>)>(
          "rrelu");
  return handle.call(input, lower, upper, training, std::move(generator));
}

inline at::Tensor& rrelu_(at::Tensor& input, double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false,
                          std::optional<at::Generator> generator = std::nullopt) {
  static const auto handle =
      detail::operator_named<at::Tensor&(at::Tensor&, double, double, bool, std::optional<at::Generator>)>("rrelu_");
  return handle.call(input, lower, upper, training, std::move(generator));
}

/// The first half of the input along dim, times the sigmoid of the second.
inline at::Tensor glu(const at::Tensor& input, std::int64_t dim = -1) {
  static const auto handle = detail::operator_named<at::Tensor(const at::Tensor&, std::int64_t)>("glu");
  return handle.call(input, dim);
}

/// relu(input) and relu(-input), one behind the other along dim.
inline at::Tensor crelu(const at::Tensor& input, std::int64_t dim = 1) {
  static const auto handle = detail::operator_named<at::Tensor(const at::Tensor&, std::int64_t)>("crelu");
  return handle.call(input, dim);
}

/// The largest of each group of `pieces` neighbours along dim.
inline at::Tensor maxout(const at::Tensor& input, std::int64_t pieces, std::int64_t dim = 1) {
  static const auto handle =
      detail::operator_named<at::Tensor(const at::Tensor&, std::int64_t, std::int64_t)>("maxout");
  return handle.call(input, pieces, dim);
}

}  // namespace torchactiv
