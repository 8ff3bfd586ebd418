// Normalisation of rows, each by its own mean and variance, and the activation behind it: layer_norm_act, rms_norm_act,
// group_norm_act and instance_norm_act are calls of one operator, whose schemas are in schemas.cpp.
//
// mean and variance are of doubles, one for each row; without a mean (RMS normalisation) the variance is that about 0.
// A residual is added to the input before it is normalised, and the sum is a result as well, as transformers have it.
// weight and bias may be left out; 16-bit tensors may have them in float32.
#pragma once

#include <tuple>

#include "csrc/normalisation/optional.h"
#include "csrc/normalisation/values.h"
#include "csrc/operators/operator.h"

namespace torchactiv {

// What every part is told besides the data.
struct RowNorm {
  const MaybeTensor &weight, &bias;
  bool centred;             // or by the root of the mean square alone
  std::int64_t dimensions;  // a row is that many of the last dimensions; or, if groups > 0,
  std::int64_t groups;      // as many groups of channels are, of each element of the batch
  double eps;
  c10::string_view activation;
  ArgumentSpan arguments;

  static constexpr const char* name = "row_norm_act";

  bool has_groups() const { return groups > 0; }
};

using RowNormResults = std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor>;  // output, sum, mean, variance
using RowNormGradients = std::tuple<at::Tensor, at::Tensor, at::Tensor>;            // of input, weight, bias

// The sum is empty where there is no residual.
RowNormResults call_row_norm(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm);
// The input is what was normalised. The gradients of weight and bias are there also where there is none of these.
RowNormGradients call_row_norm_backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum,
                                        const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                                        const RowNorm& norm);

// The same as compositions of ATen's operators: differentiable, on any device.
RowNormResults composed_row_norm(const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm);
RowNormGradients composed_row_norm_backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum,
                                            const at::Tensor& input, const RowNorm& norm);

// Rows of the input, in the order of memory once it is contiguous: `outer` times `groups` rows of `channels` times
// `inner` elements. Weight and bias have a number for each channel of each group.
struct RowLayout {
  std::int64_t outer = 1, groups = 1, channels = 1, inner = 1;
  std::int64_t rows() const { return outer * groups; }
  std::int64_t length() const { return channels * inner; }
};
RowLayout row_layout(const at::Tensor& input, const RowNorm& norm);

// The same as rows(), of sizes that may be symbols.
c10::SymInt row_count(const at::Tensor& input, const RowNorm& norm);

// Of weight and bias.
c10::SymIntArrayRef scale_shape(const at::Tensor& input, const RowNorm& norm);

// What the result of an input is like: contiguous, or, where the channels are the second dimension, of the input's
// memory format.
at::Tensor row_norm_result(const at::Tensor& input, const RowNorm& norm);

// Throw what PyTorch throws, naming the argument that does not fit; `function` is who asks.
void check_normalized_shape(const char* function, const at::Tensor& input, c10::SymIntArrayRef normalized_shape);
void check_groups(const at::Tensor& input, std::int64_t num_groups);
void check_instances(const at::Tensor& input, const MaybeTensor& running_mean, const MaybeTensor& running_var,
                     bool use_input_stats);
void check_row_norm(const char* function, const at::Tensor& input, const MaybeTensor& residual, const RowNorm& norm);
void check_row_norm_backward(const at::Tensor& grad_output, const MaybeTensor& grad_sum, const at::Tensor& input,
                             const at::Tensor& mean, const at::Tensor& variance, const RowNorm& norm);

}  // namespace torchactiv
