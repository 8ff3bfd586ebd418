#include "csrc/cpu/reduce.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "csrc/cpu/blockwise.h"
#include "csrc/cpu/elementwise.h"
#include "csrc/cpu/new_result.h"
#include "csrc/cpu/pattern.h"

namespace torchactiv {
namespace {

// How the work is cut into pieces, by the shape alone, so that sums come out the same on any number of threads.
constexpr std::int64_t piece_elements = 16384, least_rows = 64;

// Rows along which a parameter is one element are summed by themselves, with one of each parameter for all, if they are
// long, or full vectors, of which no rest is left. Shorter ones are taken several at a time, with an element of the
// parameters for each of the data. The shortest are columns, joined with their channels, in strips across rows that lie
// far from each other, which data from memory are not worth.
enum class Way { rows, short_rows, columns };
constexpr std::int64_t long_row = 384, full_row = 192, short_row = 128, shortest_row = 16;
Way way_of(const Pattern& p, const Blockwise& work, std::size_t bytes) {
  if (p.channels == 1 || p.inner >= long_row || (p.inner >= full_row && p.inner % most_lanes == 0)) return Way::rows;
  constexpr std::size_t tensors = 3;  // two are read, and one is written
  const std::int64_t least = exceeds_caches(tensors * bytes) ? shortest_row : short_row;
  return p.inner >= least && p.inner <= work.block() ? Way::short_rows : Way::columns;
}

std::int64_t pieces_of_a_grain(std::int64_t piece) { return std::max<std::int64_t>(1, grain_size / piece); }

// Over `outer`, and the parts of a row, of the sums of each.
std::vector<double> total_of_rows(const std::vector<double>& partial, const Pattern& p, std::int64_t parts,
                                  std::int64_t sums) {
  std::vector<double> total(static_cast<std::size_t>(sums * p.channels));
  const double* next = partial.data();
  for (std::int64_t outer = 0; outer < p.outer; ++outer)
    for (std::int64_t channel = 0; channel < p.channels; ++channel)
      for (std::int64_t part = 0; part < parts; ++part)
        for (std::int64_t s = 0; s < sums; ++s) total[static_cast<std::size_t>(s * p.channels + channel)] += *next++;
  return total;
}

// Rows along which a parameter is one element. A piece is some of them, of channels that follow each other, each with
// its own sum; or a part of one that is long, which has a sum then.
std::vector<double> sum_rows(const Blockwise& work, const Pattern& p) {
  const std::int64_t sums = work.sums(), together = p.inner <= work.row_block() ? work.rows_at_once(p.inner) : 1;
  const std::int64_t parts = (p.inner + piece_elements - 1) / piece_elements;
  const std::int64_t runs = (p.channels + together - 1) / together, length = std::min(p.inner, piece_elements);
  std::vector<double> partial(static_cast<std::size_t>(p.outer * p.channels * parts * sums));
  at::parallel_for(
      0, p.outer * runs * parts, pieces_of_a_grain(length * std::min(together, p.channels)),
      [&](std::int64_t begin, std::int64_t end) {
        Blockwise::Buffers buffers(work);
        for (std::int64_t piece = begin; piece < end; ++piece) {
          const std::int64_t run = piece / parts, part = piece % parts, channel = run % runs * together;
          const std::int64_t row = run / runs * p.channels + channel, rows = std::min(together, p.channels - channel);
          const std::int64_t first = part * piece_elements, n = std::min(piece_elements, p.inner - first);
          double* const into = &partial[static_cast<std::size_t>((row * parts + part) * sums)];
          for (std::int64_t done = 0; done < n; done += work.row_block()) {
            const std::int64_t count = std::min(work.row_block(), n - done);
            work.run(buffers, row * p.inner + first + done, channel, Blockwise::Parameters::one, count, rows);
            for (std::int64_t r = 0; r < rows; ++r)
              for (std::int64_t s = 0; s < sums; ++s) into[r * sums + s] += work.sum(buffers, s, count, r);
          }
        }
      });
  return total_of_rows(partial, p, parts, sums);
}

// Rows of which several fit into a block, of channels that follow each other.
std::vector<double> sum_short_rows(const Blockwise& work, const Pattern& p) {
  const std::int64_t sums = work.sums(), together = std::max<std::int64_t>(1, work.block() / p.inner);
  const std::int64_t runs = (p.channels + together - 1) / together;
  std::vector<double> partial(static_cast<std::size_t>(p.outer * p.channels * sums));
  at::parallel_for(
      0, p.outer * runs, pieces_of_a_grain(p.inner * std::min(together, p.channels)),
      [&](std::int64_t begin, std::int64_t end) {
        Blockwise::Buffers buffers(work);
        for (std::int64_t piece = begin; piece < end; ++piece) {
          const std::int64_t channel = piece % runs * together, row = piece / runs * p.channels + channel;
          const std::int64_t rows = std::min(together, p.channels - channel);
          work.run(buffers, row * p.inner, channel * p.inner, Blockwise::Parameters::along, rows * p.inner);
          for (std::int64_t s = 0; s < sums; ++s)
            work.add_sums(buffers, s, rows, p.inner, &partial[static_cast<std::size_t>(row * sums + s)], sums);
        }
      });
  return total_of_rows(partial, p, 1, sums);
}

// Parameters that vary along rows of n elements, or along `copies` rows behind each other as if these were one: a piece
// is a strip of some rows.
std::vector<double> sum_columns(const Blockwise& work, std::int64_t total_rows, std::int64_t n, std::int64_t copies) {
  const std::int64_t width = n * copies, strip = std::min(width, work.block());
  const std::int64_t outer = (total_rows + copies - 1) / copies, strips = (width + strip - 1) / strip;
  const std::int64_t rows = std::max(piece_elements / strip, least_rows), groups = (outer + rows - 1) / rows;
  const std::int64_t sums = work.sums(), end_of_data = total_rows * n;
  std::vector<double> partial(static_cast<std::size_t>(groups * sums * width));
  at::parallel_for(0, groups * strips, pieces_of_a_grain(std::min(rows, outer) * strip),
                   [&](std::int64_t begin, std::int64_t end) {
                     Blockwise::Buffers buffers(work);
                     for (std::int64_t piece = begin; piece < end; ++piece) {
                       const std::int64_t group = piece / strips, first = piece % strips * strip;
                       work.clear_totals(buffers);
                       for (std::int64_t row = group * rows; row < std::min((group + 1) * rows, outer); ++row) {
                         const std::int64_t offset = row * width + first;
                         const std::int64_t count = std::min({strip, width - first, end_of_data - offset});
                         work.run(buffers, offset, first, Blockwise::Parameters::along, count);
                         work.add_to_totals(buffers, count);
                       }
                       for (std::int64_t s = 0; s < sums; ++s)
                         work.read_totals(buffers, s, std::min(strip, width - first),
                                          &partial[static_cast<std::size_t>((group * sums + s) * width + first)]);
                     }
                   });
  std::vector<double> total(static_cast<std::size_t>(sums * n));
  const double* next = partial.data();
  for (std::int64_t group = 0; group < groups; ++group)
    for (std::int64_t s = 0; s < sums; ++s)
      for (std::int64_t copy = 0; copy < copies; ++copy)
        for (std::int64_t i = 0; i < n; ++i) total[static_cast<std::size_t>(s * n + i)] += *next++;
  return total;
}

// The data output whose layout everything is brought to; null where there is none, or another one differs from it.
const at::Tensor* common_layout(const Operands& operands, at::IntArrayRef shape) {
  const at::Tensor* data = nullptr;
  for (std::size_t i = 0; i < operands.outputs.size(); ++i) {
    const at::Tensor& output = operands.outputs[i];
    if (operands.parameter_output[i]) continue;
    if (output.sizes() != shape || !output.is_non_overlapping_and_dense()) return nullptr;
    if (!data) data = &output;
    if (output.strides() != data->strides()) return nullptr;
  }
  return data;
}

// The parameters among the inputs that the gradients among the outputs belong to come in the same order, and last.
at::Tensor parameter_of(const Operands& operands, std::size_t output) {
  std::size_t behind = 0;
  for (std::size_t i = output + 1; i < operands.outputs.size(); ++i) behind += operands.parameter_output[i];
  for (std::size_t i = operands.inputs.size(); i-- > 0;)
    if (operands.parameter_input[i] && behind-- == 0) return operands.inputs[i];
  return {};
}

}  // namespace

bool run_reducing(ReducingKernel kernel, const Operands& operands, at::IntArrayRef shape, ArgumentSpan arguments) {
  if (c10::multiply_integers(shape) == 0) return false;
  for (std::size_t i = 0; i < operands.inputs.size(); ++i)
    if (!operands.parameter_input[i] && operands.inputs[i].sizes() != shape) return false;
  const at::Tensor* const data = common_layout(operands, shape);
  if (!data) return false;
  const std::optional<Pattern> pattern = find_pattern(*data, operands.inputs, operands.parameter_input);
  if (!pattern) return false;

  Blockwise work(kernel, operands.outputs.size() + operands.inputs.size(), data->scalar_type(), arguments);
  const Way way = way_of(*pattern, work, data->nbytes());
  const bool columns = way == Way::columns;
  const std::int64_t repeat = way == Way::rows ? 1 : pattern->inner, period = pattern->channels * repeat;
  const std::int64_t copies = columns ? std::clamp<std::int64_t>(work.block() / period, 1, pattern->outer) : 1;

  for (std::size_t i = 0; i < operands.outputs.size(); ++i)
    operands.parameter_output[i] ? work.add_sum() : work.add_data_output(operands.outputs[i]);
  for (std::size_t i = 0; i < operands.inputs.size(); ++i) {
    const at::Tensor& input = operands.inputs[i];
    if (operands.parameter_input[i])
      work.add_parameter(lay_out(input, *pattern, repeat, copies));
    else
      work.add_data_input(input.strides() == data->strides() ? input : at::empty_like(*data).copy_(input));
  }

  const std::vector<double> sums = columns                  ? sum_columns(work, pattern->outer, period, copies)
                                   : way == Way::short_rows ? sum_short_rows(work, *pattern)
                                                            : sum_rows(work, *pattern);
  const std::int64_t of_channel = columns ? repeat : 1;  // sums for each
  std::int64_t s = 0;
  for (std::size_t i = 0; i < operands.outputs.size(); ++i)
    if (operands.parameter_output[i])
      fold(sums.data() + s++ * pattern->channels * of_channel, of_channel, *pattern, parameter_of(operands, i),
           operands.outputs[i]);
  return true;
}

}  // namespace torchactiv
