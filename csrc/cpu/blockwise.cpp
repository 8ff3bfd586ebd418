#include "csrc/cpu/blockwise.h"

#include <algorithm>
#include <cstring>

namespace torchactiv {

Blockwise::Blockwise(ReducingKernel kernel, std::size_t operands, at::ScalarType type, ArgumentSpan arguments)
    : kernel_(kernel),
      type_(type),
      element_size_(static_cast<std::int64_t>(c10::elementSize(type))),
      compute_size_(std::max<std::int64_t>(element_size_, sizeof(float))),
      block_bytes_(share_of_buffer(operands, 4096)),
      arguments_(arguments) {}

void Blockwise::add_data_output(at::Tensor& output) {
  operands_.push_back({Kind::data_output, static_cast<char*>(output.mutable_data_ptr())});
}

void Blockwise::add_sum() {
  sums_.push_back(operands_.size());
  operands_.push_back({Kind::sum, nullptr});
}

void Blockwise::add_data_input(const at::Tensor& input) {
  kept_.push_back(input);
  operands_.push_back({Kind::data_input, static_cast<char*>(const_cast<void*>(input.const_data_ptr()))});
}

void Blockwise::add_parameter(const at::Tensor& values) {
  kept_.push_back(is_staged() ? values.to(at::kFloat) : values);
  operands_.push_back({Kind::parameter, static_cast<char*>(const_cast<void*>(kept_.back().const_data_ptr()))});
}

void Blockwise::run(Buffers& buffers, std::int64_t offset, std::int64_t channel, Parameters along, std::int64_t n,
                    std::int64_t rows) const {
  const BlockFunctions& functions = block_functions();
  const auto widen = type_ == at::kBFloat16 ? functions.widen_bfloat16 : functions.widen_float16;
  const auto narrow = type_ == at::kBFloat16 ? functions.narrow_bfloat16 : functions.narrow_float16;
  const std::int64_t whole = summed(along, n), places = along == Parameters::one ? summed_places(n) : n;
  char *data[most_operands], *rest[most_operands];
  std::int64_t strides[2 * most_operands];
  std::int64_t* const row_strides = strides + operands_.size();
  for (std::size_t i = 0; i < operands_.size(); ++i) {
    const auto [kind, pointer] = operands_[i];
    const bool is_one = kind == Kind::parameter && along == Parameters::one;
    strides[i] = is_one ? 0 : compute_size_;
    row_strides[i] = compute_size_ * (is_one ? 1 : kind == Kind::sum ? places : n);
    if (kind == Kind::parameter)
      data[i] = pointer + channel * compute_size_;
    else if (kind == Kind::sum || is_staged())
      data[i] = buffers.block(i);
    else
      data[i] = pointer + offset * element_size_;
    rest[i] = data[i] + whole * strides[i];
    if (kind == Kind::data_input && is_staged())
      widen(pointer + offset * element_size_, n * rows, reinterpret_cast<float*>(data[i]));
  }
  for (const std::size_t i : sums_) rest[i] = data[i] + (sums_itself(along) ? most_lanes * compute_size_ : 0);
  if (whole > 0) {
    for (const std::size_t i : sums_) strides[i] = 0;
    kernel_.kernel(data, strides, whole, rows, arguments_.data());
  }
  if (whole < n) {
    for (const std::size_t i : sums_) strides[i] = compute_size_;
    kernel_.kernel(rest, strides, n - whole, rows, arguments_.data());
  }
  if (!is_staged()) return;
  for (std::size_t i = 0; i < operands_.size(); ++i)
    if (operands_[i].kind == Kind::data_output)
      narrow(reinterpret_cast<const float*>(data[i]), n * rows, operands_[i].pointer + offset * element_size_);
}

double Blockwise::sum(Buffers& buffers, std::int64_t s, std::int64_t n, std::int64_t row) const {
  const BlockFunctions& functions = block_functions();
  const auto sum = compute_size_ == sizeof(double) ? functions.sum_doubles : functions.sum_floats;
  const std::int64_t whole = summed(Parameters::one, n), places = summed_places(n);
  const std::int64_t unused = sums_itself(Parameters::one) && whole == 0 ? most_lanes : 0;
  const char* const values = buffers.block(sums_[static_cast<std::size_t>(s)]);
  return sum(values + (row * places + unused) * compute_size_, places - unused);
}

void Blockwise::add_sums(Buffers& buffers, std::int64_t s, std::int64_t rows, std::int64_t n, double* into,
                         std::int64_t stride) const {
  const BlockFunctions& functions = block_functions();
  const auto add = compute_size_ == sizeof(double) ? functions.sum_rows_of_doubles : functions.sum_rows_of_floats;
  add(buffers.block(sums_[static_cast<std::size_t>(s)]), rows, n, into, stride);
}

void Blockwise::clear_totals(Buffers& buffers) const {
  std::memset(buffers.totals(0), 0, sums_.size() * static_cast<std::size_t>(block_bytes_));
}

void Blockwise::add_to_totals(Buffers& buffers, std::int64_t n) const {
  const BlockFunctions& functions = block_functions();
  const auto add = compute_size_ == sizeof(double) ? functions.add_doubles : functions.add_floats;
  for (std::size_t s = 0; s < sums_.size(); ++s) add(buffers.block(sums_[s]), n, buffers.totals(s));
}

void Blockwise::read_totals(Buffers& buffers, std::int64_t s, std::int64_t n, double* into) const {
  const char* const totals = buffers.totals(static_cast<std::size_t>(s));
  if (compute_size_ == sizeof(double))
    std::copy_n(reinterpret_cast<const double*>(totals), n, into);
  else
    std::copy_n(reinterpret_cast<const float*>(totals), n, into);
}

}  // namespace torchactiv
