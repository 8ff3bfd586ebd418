// Activations that are no function of single elements, or that choose between several, with the arguments of torch's.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <string_view>

namespace torchactiv {

/// The Gaussian error linear unit; approximate is "none" or "tanh".
inline at::Tensor gelu(const at::Tensor& input, std::string_view approximate = "none") {
  static const auto handle = c10::Dispatcher::singleton()
                                 .findSchemaOrThrow("torchactiv::gelu", "")
                                 .typed<at::Tensor(const at::Tensor&, std::string_view)>();
  return handle.call(input, approximate);
}

/// The leaky rectified linear unit with random slopes in training.
inline at::Tensor rrelu(const at::Tensor& input, double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false,
                        std::optional<at::Generator> generator = std::nullopt) {
  static const auto handle =
      c10::Dispatcher::singleton()
          .findSchemaOrThrow("torchactiv::rrelu", "")
          .typed<at::Tensor(const at::Tensor&, double, double, bool, std::optional<at::Generator>)>();
  return handle.call(input, lower, upper, training, std::move(generator));
}

inline at::Tensor& rrelu_(at::Tensor& input, double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false,
                          std::optional<at::Generator> generator = std::nullopt) {
  static const auto handle = c10::Dispatcher::singleton()
                                 .findSchemaOrThrow("torchactiv::rrelu_", "")
                                 .typed<at::Tensor&(at::Tensor&, double, double, bool, std::optional<at::Generator>)>();
  return handle.call(input, lower, upper, training, std::move(generator));
}

/// The first half of the input along dim, times the sigmoid of the second.
inline at::Tensor glu(const at::Tensor& input, std::int64_t dim = -1) {
  static const auto handle = c10::Dispatcher::singleton()
                                 .findSchemaOrThrow("torchactiv::glu", "")
                                 .typed<at::Tensor(const at::Tensor&, std::int64_t)>();
  return handle.call(input, dim);
}

/// relu(input) and relu(-input), one behind the other along dim.
inline at::Tensor crelu(const at::Tensor& input, std::int64_t dim = 1) {
  static const auto handle = c10::Dispatcher::singleton()
                                 .findSchemaOrThrow("torchactiv::crelu", "")
                                 .typed<at::Tensor(const at::Tensor&, std::int64_t)>();
  return handle.call(input, dim);
}

/// The largest of each group of `pieces` neighbours along dim.
inline at::Tensor maxout(const at::Tensor& input, std::int64_t pieces, std::int64_t dim = 1) {
  static const auto handle = c10::Dispatcher::singleton()
                                 .findSchemaOrThrow("torchactiv::maxout", "")
                                 .typed<at::Tensor(const at::Tensor&, std::int64_t, std::int64_t)>();
  return handle.call(input, pieces, dim);
}

}  // namespace torchactiv
