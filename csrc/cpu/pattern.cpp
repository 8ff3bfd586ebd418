#include "csrc/cpu/pattern.h"

#include <ATen/EmptyTensor.h>
#include <ATen/Functions.h>

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

// The dimension of a tensor that is aligned with one of the data, the last with the last; negative where it has none.
std::int64_t own_dimension(const at::Tensor& aligned, std::int64_t dimension, std::size_t data_dimensions) {
  return dimension - (static_cast<std::int64_t>(data_dimensions) - aligned.dim());
}

bool varies_along(const at::Tensor& parameter, std::int64_t dimension, std::size_t data_dimensions) {
  const std::int64_t own = own_dimension(parameter, dimension, data_dimensions);
  return own >= 0 && parameter.size(own) != 1;
}

// Where each channel lies in a parameter with these strides.
std::vector<std::int64_t> offsets(const Pattern& pattern, const at::Tensor& aligned, at::IntArrayRef strides) {
  std::vector<std::int64_t> result{0};
  for (std::size_t i = 0; i < pattern.varying.size(); ++i) {
    const std::int64_t dimension = pattern.varying[i];
    const bool varies = varies_along(aligned, dimension, pattern.order.size());
    const std::int64_t own = own_dimension(aligned, dimension, pattern.order.size());
    const std::int64_t stride = varies ? strides[static_cast<std::size_t>(own)] : 0;
    std::vector<std::int64_t> finer;
    finer.reserve(result.size() * static_cast<std::size_t>(pattern.sizes[i]));
    for (const std::int64_t offset : result)
      for (std::int64_t j = 0; j < pattern.sizes[i]; ++j) finer.push_back(offset + j * stride);
    result = std::move(finer);
  }
  return result;
}

// Whether a parameter's elements are those of the channels in their order, as they nearly always are.
bool is_in_order(const Pattern& pattern, const at::Tensor& aligned) {
  return pattern.varying.size() == 1 && aligned.is_contiguous() &&
         varies_along(aligned, pattern.varying[0], pattern.order.size());
}

// Sums of `repeat` neighbours and over channels, in the order of a contiguous tensor of that shape.
std::vector<double> join(const double* sums, std::int64_t repeat, const Pattern& pattern, const at::Tensor& aligned) {
  std::vector<std::int64_t> strides(static_cast<std::size_t>(aligned.dim()));
  std::int64_t elements = 1;
  for (std::size_t d = strides.size(); d-- > 0;) {
    strides[d] = elements;
    elements *= aligned.size(static_cast<std::int64_t>(d));
  }
  std::vector<double> totals(static_cast<std::size_t>(elements));
  for (const std::int64_t offset : offsets(pattern, aligned, strides))
    for (std::int64_t i = 0; i < repeat; ++i) totals[static_cast<std::size_t>(offset)] += *sums++;
  return totals;
}

// Calls visit(T{}) for the type of the elements.
template <class Visit>
void with_type(const at::Tensor& tensor, Visit visit) {
  switch (tensor.scalar_type()) {
    case at::kDouble:
      return visit(double{});
    case at::kBFloat16:
      return visit(at::BFloat16{});
    case at::kHalf:
      return visit(at::Half{});
    default:
      return visit(float{});
  }
}

}  // namespace

std::optional<Pattern> find_pattern(const at::Tensor& data, TensorSpan inputs, std::span<const bool> is_parameter) {
  Pattern pattern{memory_order(data), {}, {}};
  const auto varies = [&](std::int64_t dimension) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (is_parameter[i] && varies_along(inputs[i], dimension, pattern.order.size())) return true;
    return false;
  };
  bool ended = false;
  for (const std::int64_t d : pattern.order) {
    if (data.size(d) == 1) continue;
    if (varies(d)) {
      if (ended) return std::nullopt;
      pattern.varying.push_back(d);
      pattern.sizes.push_back(data.size(d));
      pattern.channels *= data.size(d);
    } else {
      ended = !pattern.varying.empty();
      (ended ? pattern.inner : pattern.outer) *= data.size(d);
    }
  }
  if (pattern.varying.empty()) std::swap(pattern.outer, pattern.inner);  // one element for all: a single long row
  return pattern;
}

// By hand: a chain of ATen's views and copies takes longer than a small tensor's whole operator.
at::Tensor lay_out(const at::Tensor& parameter, const Pattern& pattern, std::int64_t repeat, std::int64_t copies) {
  if (repeat == 1 && copies == 1 && is_in_order(pattern, parameter)) return parameter;
  at::Tensor out = at::detail::empty_cpu({pattern.channels * repeat * copies}, parameter.options());
  const std::vector<std::int64_t> from = offsets(pattern, parameter, parameter.strides());
  with_type(parameter, [&]<class T>(T) {
    const T* const values = parameter.const_data_ptr<T>();
    T* next = out.mutable_data_ptr<T>();
    for (const std::int64_t offset : from) next = std::fill_n(next, repeat, values[offset]);
    const std::int64_t period = pattern.channels * repeat;
    for (std::int64_t copy = 1; copy < copies; ++copy) next = std::copy_n(next - period, period, next);
  });
  return out;
}

void fold(const double* sums, std::int64_t repeat, const Pattern& pattern, const at::Tensor& aligned,
          at::Tensor& gradient) {
  std::vector<double> joined;
  std::span<const double> totals(sums, static_cast<std::size_t>(aligned.numel()));
  if (repeat > 1 || !is_in_order(pattern, aligned)) {
    joined = join(sums, repeat, pattern, aligned);
    totals = joined;
  }
  const bool direct = gradient.is_contiguous();
  at::Tensor flat = direct ? gradient : at::detail::empty_cpu({aligned.numel()}, gradient.options());
  with_type(flat, [&]<class T>(T) {
    T* out = flat.mutable_data_ptr<T>();
    for (const double total : totals) {
      if constexpr (std::is_same_v<T, double>)
        *out++ = total;
      else
        *out++ = static_cast<T>(static_cast<float>(total));
    }
  });
  if (!direct) gradient.copy_(flat.view(gradient.sizes()));
}

}  // namespace torchactiv
