// The interface between kernels and whoever calls them: functions over pointers, strides and counts.
//
// Operands come outputs first. With the inputs x_1 .. x_k of an operator, and s_1 .. s_m what it saves (the inputs, or
// its output):
//   forward          y                    <- x_1 .. x_k
//   backward         gx_1 .. gx_k         <- g, s_1 .. s_m
//   forward_backward y, gx                <- g, x
//   inverse          x                    <- y
//   double_backward  dg, ds_1 .. ds_m     <- v_1 .. v_m, g, s_1 .. s_m
// where double_backward differentiates backward: v is the gradient that arrives for gx. An input of coefficients is as
// many operands as there are coefficients.
#pragma once

#include <cstddef>
#include <cstdint>

namespace torchactiv {

constexpr std::size_t most_operands = 128;  // inputs and outputs of a kernel
constexpr std::size_t most_coefficients =
    40;  // for an element, with parameters; double backward has 3 operands of each

// The bytes of each operand's part of a buffer that all of them share: no more than `most`, and whole vectors of every
// type.
constexpr std::size_t buffer_bytes = 65536;
constexpr std::int64_t share_of_buffer(std::size_t operands, std::int64_t most) {
  constexpr std::int64_t whole = 512;
  const auto share = static_cast<std::int64_t>(buffer_bytes / operands) / whole * whole;
  return share < most ? share : most;
}

enum class Element { float32, float64, bfloat16, float16 };
constexpr int element_count = 4;
constexpr int element_size[] = {4, 8, 2, 2};

// Calculates `rows` rows of `columns` results. Strides are in bytes, those along a row of every operand coming first
// and those from row to row next, and may be zero or negative. What the function needs to know besides its operands,
// such as another kernel that it calls, is its context.
struct MapKernel {
  using Function = void (*)(const void* context, char* const* operands, const std::int64_t* strides,
                            std::int64_t columns, std::int64_t rows, const double* arguments);
  Function function = nullptr;
  const void* context = nullptr;

  void operator()(char* const* operands, const std::int64_t* strides, std::int64_t columns, std::int64_t rows,
                  const double* arguments) const {
    function(context, operands, strides, columns, rows, arguments);
  }
};

// The context of a kernel for 16-bit elements that works by way of floats: the kernel for floats, which is given whole
// vectors of so many lanes.
struct StagedContext {
  MapKernel kernel;
  std::int64_t lanes = 0;
  int outputs = 0, operands = 0;
};

// The context of every kernel of an operator with coefficients: how many operands each of its inputs is.
struct Counts {
  static constexpr std::size_t most_inputs = 6;
  int count[most_inputs];
  int inputs;

  friend constexpr bool operator==(const Counts& a, const Counts& b) {
    for (int i = 0; i < a.inputs; ++i)
      if (a.count[i] != b.count[i]) return false;
    return a.inputs == b.inputs;
  }
  constexpr int total() const {
    int sum = 0;
    for (int i = 0; i < inputs; ++i) sum += count[i];
    return sum;
  }
};

// f(gate) up and f(x + bias) in one loop, of the elements for which there is one; see csrc/kernels/combinations.h.
struct FusedLoops {
  MapKernel gated_forward[element_count], gated_backward[element_count];
  MapKernel biased_forward[element_count], biased_backward[element_count];
};

constexpr std::int64_t most_lanes = 64;  // of a vector

struct FusedNormalisation;  // csrc/kernels/normalisation.h

struct OperatorKernels {
  MapKernel forward[element_count];
  MapKernel backward[element_count];
  MapKernel double_backward[element_count];
  MapKernel short_backward;  // of floats that were 16-bit elements, if it is another one than that of floats
  MapKernel forward_backward[2], inverse[2];  // of floats and doubles, where an operator has them
  FusedLoops fused;
  // Whether backward of floats sums the gradients of parameters, of which each is one element: where the strides of all
  // these are 0, they and their gradients', it writes a vector of at most most_lanes sums for each gradient, if the
  // columns are whole vectors of so many. Where there are coefficients, it does for these counts.
  bool sums_gradients = false;
  const Counts* summed_counts = nullptr;
  const FusedNormalisation* normalisation = nullptr;  // where an operator has loops of its own for it
};

}  // namespace torchactiv
