// What every backend demands of its inputs; the messages name the operator, the argument and what was given.
#pragma once

#include "csrc/operators/operator.h"

namespace torchactiv {

// Whether there are kernels for the dtype.
bool is_supported(at::ScalarType type);

// The dtypes and devices of the inputs of forward (or of what stands in their place in backward).
void check_inputs(const Operator& op, TensorSpan inputs);

// What every gradient that a backward is given must be: of a dtype that there are kernels for, on the data's device.
void check_kind_of_gradient(std::string_view function, const char* name, const at::Tensor& gradient,
                            const at::Tensor& data);

// The same of elementwise operators, against the inputs, or what stands in their place, to which it broadcasts.
void check_gradient(const Operator& op, const char* name, const at::Tensor& gradient, TensorSpan saved);

// The values of the arguments, where the activation restricts them.
void check_arguments(const Operator& op, ArgumentSpan arguments);

// The tensor that <name>_ overwrites.
void check_in_place(const Operator& op, const at::Tensor& input);

// The tensor that <name>.out writes to, against the inputs and the dtype of the result.
void check_out(const Operator& op, TensorSpan inputs, at::ScalarType result, const at::Tensor& out);

// The dtype of the result: the inputs' common one.
at::ScalarType result_type(const Operator& op, TensorSpan inputs);

// Parameters as views that broadcast against the data: a 1-D parameter of more than one element lies along dimension 1.
// Coefficients are split (csrc/operators/coefficients.h).
Tensors align_parameters(const Operator& op, TensorSpan inputs);

}  // namespace torchactiv
