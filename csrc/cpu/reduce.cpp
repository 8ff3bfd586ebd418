#include "csrc/cpu/reduce.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "csrc/cpu/elementwise.h"
#include "csrc/cpu/pattern.h"

namespace torchactiv {
namespace {

// How the work is cut into pieces, by the shape alone, so that sums come out the same on any number of threads.
constexpr std::int64_t piece_elements = 16384, piece_columns = 1024, least_rows = 64;

// Rows from this length on, or of whole vectors, are summed one by one; others are joined with their channels, unless
// there are but few.
constexpr std::int64_t long_row = 1024, vector_row = 64, few_rows = 8;

class Work {
 public:
  Work(const Kernels& kernels, std::int64_t element_size, ArgumentSpan arguments)
      : kernels_(kernels), element_size_(element_size), arguments_(arguments) {}

  void add_data(void* data) { add(data, true); }
  void add_parameter(const void* values) { add(const_cast<void*>(values), false); }
  void add_sum() {
    add(nullptr, false);
    ++sums_;
  }
  std::int64_t sums() const { return sums_; }

  // The kernels, from element `offset` of the data and channel `channel` of the parameters.
  void rows(std::int64_t offset, std::int64_t channel, std::int64_t rows, std::int64_t n, double* sums) const {
    char* operands[most];
    place(operands, offset, channel);
    kernels_.row(operands, rows, n, arguments_.data(), sums);
  }
  void columns(std::int64_t offset, std::int64_t first, std::int64_t rows, std::int64_t n, std::int64_t row_length,
               double* sums) const {
    char* operands[most];
    place(operands, offset, first);
    kernels_.column(operands, rows, n, row_length, arguments_.data(), sums);
  }

 private:
  static constexpr std::size_t most = 16;

  void add(void* pointer, bool data) {
    pointers_[count_] = static_cast<char*>(pointer);
    is_data_[count_++] = data;
  }
  void place(char* (&operands)[most], std::int64_t offset, std::int64_t channel) const {
    for (std::size_t i = 0; i < count_; ++i)
      operands[i] = pointers_[i] ? pointers_[i] + (is_data_[i] ? offset : channel) * element_size_ : nullptr;
  }

  const Kernels& kernels_;
  std::int64_t element_size_;
  ArgumentSpan arguments_;
  char* pointers_[most];
  bool is_data_[most];
  std::size_t count_ = 0;
  std::int64_t sums_ = 0;
};

// Rows long enough for vectors: every row has its own sum, or every part of a longer row.
std::vector<double> sum_rows(const Work& work, const Pattern& p) {
  const std::int64_t parts = (p.inner + piece_elements - 1) / piece_elements, count = p.outer * p.channels * parts;
  const std::int64_t length = std::min(p.inner, piece_elements), sums = work.sums();
  std::vector<double> partial(static_cast<std::size_t>(count * sums));
  at::parallel_for(0, count, std::max<std::int64_t>(1, grain_size / length), [&](std::int64_t begin, std::int64_t end) {
    while (begin < end) {
      const std::int64_t row = begin / parts, channel = row % p.channels, first = begin % parts * piece_elements;
      const std::int64_t rows = parts > 1 ? 1 : std::min(end - begin, p.channels - channel);
      work.rows(row * p.inner + first, channel, rows, std::min(piece_elements, p.inner - first),
                &partial[static_cast<std::size_t>(begin * sums)]);
      begin += rows;
    }
  });
  std::vector<double> total(static_cast<std::size_t>(sums * p.channels));
  const double* next = partial.data();
  for (std::int64_t outer = 0; outer < p.outer; ++outer)
    for (std::int64_t channel = 0; channel < p.channels; ++channel)
      for (std::int64_t part = 0; part < parts; ++part)
        for (std::int64_t s = 0; s < sums; ++s) total[static_cast<std::size_t>(s * p.channels + channel)] += *next++;
  return total;
}

// Parameters that vary along rows of n elements: a piece is some columns of some rows.
std::vector<double> sum_columns(const Work& work, std::int64_t outer, std::int64_t n) {
  const std::int64_t strips = (n + piece_columns - 1) / piece_columns;
  const std::int64_t rows = std::max(piece_elements / std::min(n, piece_columns), least_rows);
  const std::int64_t groups = (outer + rows - 1) / rows;
  const std::int64_t length = std::min(rows, outer) * std::min(n, piece_columns);
  const auto width = static_cast<std::size_t>(piece_columns * work.sums());
  std::vector<double> partial(static_cast<std::size_t>(groups * strips) * width);
  const auto place = [&](std::int64_t group, std::int64_t strip) {
    return &partial[static_cast<std::size_t>(group * strips + strip) * width];
  };
  at::parallel_for(0, groups * strips, std::max<std::int64_t>(1, grain_size / length),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t piece = begin; piece < end; ++piece) {
                       const std::int64_t group = piece / strips, strip = piece % strips;
                       const std::int64_t first = strip * piece_columns, row = group * rows;
                       work.columns(row * n + first, first, std::min(rows, outer - row),
                                    std::min(piece_columns, n - first), n, place(group, strip));
                     }
                   });
  std::vector<double> sums(static_cast<std::size_t>(work.sums() * n));
  for (std::int64_t group = 0; group < groups; ++group)
    for (std::int64_t strip = 0; strip < strips; ++strip) {
      const std::int64_t first = strip * piece_columns, columns = std::min(piece_columns, n - first);
      for (std::int64_t s = 0; s < work.sums(); ++s)
        for (std::int64_t c = 0; c < columns; ++c)
          sums[static_cast<std::size_t>(s * n + first + c)] += place(group, strip)[s * columns + c];
    }
  return sums;
}

}  // namespace

bool run_reducing(const Kernels& kernels, const Operands& operands, at::IntArrayRef shape, ArgumentSpan arguments) {
  if (!kernels.row || c10::multiply_integers(shape) == 0) return false;
  for (std::size_t i = 0; i < operands.inputs.size(); ++i)
    if (!operands.parameter_input[i] && operands.inputs[i].sizes() != shape) return false;
  const at::Tensor* const parameter = common_parameter(operands.inputs, operands.parameter_input);
  const at::Tensor* data = nullptr;  // the layout that everything is brought to
  for (std::size_t i = 0; i < operands.outputs.size(); ++i)
    if (!operands.parameter_output[i]) {
      if (operands.outputs[i].sizes() != shape || !operands.outputs[i].is_non_overlapping_and_dense()) return false;
      if (!data) data = &operands.outputs[i];
      if (operands.outputs[i].strides() != data->strides()) return false;
    }
  if (!data || !parameter) return false;
  const std::optional<Pattern> pattern = find_pattern(*data, *parameter);
  if (!pattern) return false;

  const bool columns = pattern->channels > 1 && pattern->inner % vector_row != 0 &&
                       (pattern->inner < vector_row || (pattern->inner < long_row && pattern->outer >= few_rows));
  const std::int64_t repeat = columns ? pattern->inner : 1;

  Work work(kernels, static_cast<std::int64_t>(data->element_size()), arguments);
  Tensors kept;
  for (std::size_t i = 0; i < operands.outputs.size(); ++i)
    operands.parameter_output[i] ? work.add_sum() : work.add_data(operands.outputs[i].mutable_data_ptr());
  for (std::size_t i = 0; i < operands.inputs.size(); ++i) {
    at::Tensor input = operands.inputs[i];
    if (operands.parameter_input[i]) {
      input = lay_out(input, *pattern, repeat, 1);
      work.add_parameter(input.const_data_ptr());
    } else {
      if (input.strides() != data->strides()) input = at::empty_like(*data).copy_(input);
      work.add_data(const_cast<void*>(input.const_data_ptr()));
    }
    kept.push_back(std::move(input));
  }

  const std::vector<double> sums =
      columns ? sum_columns(work, pattern->outer, pattern->channels * repeat) : sum_rows(work, *pattern);
  const std::int64_t each = pattern->channels * repeat;
  std::int64_t s = 0;
  for (std::size_t i = 0; i < operands.outputs.size(); ++i)
    if (operands.parameter_output[i])
      fold(sums.data() + s++ * each, repeat, *pattern, *data, *parameter, operands.outputs[i]);
  return true;
}

}  // namespace torchactiv
