#include "csrc/cpu/pattern.h"

#include <ATen/EmptyTensor.h>

#include <algorithm>
#include <numeric>

namespace torchactiv {
namespace {

std::vector<std::int64_t> memory_order(const at::Tensor& dense) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(dense.dim()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return dense.stride(a) > dense.stride(b); });
  return order;
}

}  // namespace

const at::Tensor* common_parameter(TensorSpan inputs, std::span<const bool> is_parameter) {
  const at::Tensor* parameter = nullptr;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!is_parameter[i]) continue;
    if (!parameter) parameter = &inputs[i];
    if (inputs[i].sizes() != parameter->sizes()) return nullptr;
  }
  return parameter;
}

std::int64_t size_along(const at::Tensor& parameter, std::int64_t dimension, std::int64_t data_dimensions) {
  const std::int64_t own = dimension - (data_dimensions - parameter.dim());
  return own < 0 ? 1 : parameter.size(own);
}

std::optional<Pattern> find_pattern(const at::Tensor& data, const at::Tensor& parameter) {
  Pattern pattern{memory_order(data)};
  bool seen = false, ended = false;
  for (const std::int64_t d : pattern.order) {
    if (data.size(d) == 1) continue;
    if (size_along(parameter, d, data.dim()) != 1) {
      if (ended) return std::nullopt;
      seen = true;
      ++pattern.varying_dimensions;
      pattern.channels *= data.size(d);
    } else {
      ended = seen;
      (seen ? pattern.inner : pattern.outer) *= data.size(d);
    }
  }
  if (!seen) std::swap(pattern.outer, pattern.inner);  // one element for all: a single long row
  return pattern;
}

namespace {

template <class T>
void spread(const T* values, std::int64_t channels, std::int64_t repeat, std::int64_t copies, T* out) {
  for (std::int64_t c = 0; c < channels; ++c) out = std::fill_n(out, repeat, values[c]);
  const std::int64_t period = channels * repeat;
  for (std::int64_t copy = 1; copy < copies; ++copy) out = std::copy_n(out - period, period, out);
}

}  // namespace

// By hand: a chain of ATen's views and copies takes longer than a small tensor's whole operator.
at::Tensor lay_out(const at::Tensor& parameter, const Pattern& pattern, std::int64_t repeat, std::int64_t copies) {
  at::Tensor values = parameter;
  if (pattern.varying_dimensions > 1 || !parameter.is_contiguous()) {
    while (values.dim() < static_cast<std::int64_t>(pattern.order.size())) values = values.unsqueeze(0);
    values = values.permute(pattern.order).contiguous();
  }
  at::Tensor out = at::detail::empty_cpu({pattern.channels * repeat * copies}, parameter.options());
  const void* from = values.const_data_ptr();
  void* to = out.mutable_data_ptr();
  switch (parameter.element_size()) {
    case 8:
      spread(static_cast<const std::uint64_t*>(from), pattern.channels, repeat, copies,
             static_cast<std::uint64_t*>(to));
      break;
    case 4:
      spread(static_cast<const std::uint32_t*>(from), pattern.channels, repeat, copies,
             static_cast<std::uint32_t*>(to));
      break;
    default:
      spread(static_cast<const std::uint16_t*>(from), pattern.channels, repeat, copies,
             static_cast<std::uint16_t*>(to));
  }
  return out;
}

void fold(const double* sums, std::int64_t repeat, const Pattern& pattern, const at::Tensor& data,
          const at::Tensor& aligned_parameter, at::Tensor& gradient) {
  const bool simple = pattern.varying_dimensions <= 1 && gradient.is_contiguous();
  at::Tensor flat = simple ? gradient : at::detail::empty_cpu({pattern.channels}, gradient.options());
  const auto write = [&](auto* out) {
    for (std::int64_t c = 0; c < pattern.channels; ++c) {
      double sum = 0;
      for (std::int64_t i = 0; i < repeat; ++i) sum += sums[c * repeat + i];
      out[c] = static_cast<std::remove_reference_t<decltype(*out)>>(static_cast<float>(sum));
    }
  };
  switch (gradient.scalar_type()) {
    case at::kDouble:
      for (std::int64_t c = 0; c < pattern.channels; ++c) {
        double* const out = flat.mutable_data_ptr<double>() + c;
        *out = 0;
        for (std::int64_t i = 0; i < repeat; ++i) *out += sums[c * repeat + i];
      }
      break;
    case at::kBFloat16:
      write(flat.mutable_data_ptr<at::BFloat16>());
      break;
    case at::kHalf:
      write(flat.mutable_data_ptr<at::Half>());
      break;
    default:
      write(flat.mutable_data_ptr<float>());
  }
  if (simple) return;
  std::vector<std::int64_t> sizes, inverse(pattern.order.size());
  for (std::size_t i = 0; i < inverse.size(); ++i) {
    sizes.push_back(size_along(aligned_parameter, pattern.order[i], data.dim()));
    inverse[static_cast<std::size_t>(pattern.order[i])] = static_cast<std::int64_t>(i);
  }
  gradient.copy_(flat.view(sizes).permute(inverse).reshape(gradient.sizes()));
}

}  // namespace torchactiv
