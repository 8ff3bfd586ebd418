#include "csrc/kernels/staged.h"

#include <algorithm>

namespace torchactiv::TORCHACTIV_ISA {
namespace {

// A VectorLoop's. Lanes stay in the order in which E loads them.
template <class E>
void vectors(const void* context, char* const* data, const std::int64_t* strides, std::int64_t n, std::int64_t rows,
             const double* arguments) {
  using Storage = typename E::Storage;
  const StagedContext& loop = *static_cast<const StagedContext*>(context);
  constexpr std::int64_t size = sizeof(float);
  const std::int64_t block = share_of_buffer(static_cast<std::size_t>(loop.operands), 256 * size) / size;
  alignas(64) float all_floats[buffer_bytes / size];
  float* floats[most_operands];
  char* pointers[most_operands];
  std::int64_t float_strides[2 * most_operands];
  for (int i = 0; i < loop.operands; ++i) {
    floats[i] = all_floats + i * block;
    pointers[i] = reinterpret_cast<char*>(floats[i]);
  }
  std::fill_n(float_strides, loop.operands, size);
  std::fill_n(float_strides + loop.operands, loop.operands, 0);

  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t done = 0; done < n; done += block) {
      const std::int64_t length = std::min(block, n - done);
      const auto place = [&](int i) {
        return reinterpret_cast<Storage*>(data[i] + row * strides[loop.operands + i] + done * strides[i]);
      };
      for (int i = loop.outputs; i < loop.operands; ++i) {
        for (std::int64_t j = 0; j < length; j += lanes<E>)
          (strides[i] == 0 ? E::splat(place(i)) : E::load(place(i) + j)).store(floats[i] + j);
      }
      loop.kernel(pointers, float_strides, length, 1, arguments);
      for (int i = 0; i < loop.outputs; ++i)
        for (std::int64_t j = 0; j < length; j += lanes<E>) E::store(place(i) + j, E::Vector::load(floats[i] + j));
    }
  }
}

}  // namespace

void run_widened_vectors(const void* context, char* const* data, const std::int64_t* strides, std::int64_t n,
                         std::int64_t rows, const double* arguments) {
  const WidenedContext& widened = *static_cast<const WidenedContext*>(context);
  constexpr std::int64_t size = sizeof(double);
  const std::int64_t block = share_of_buffer(static_cast<std::size_t>(widened.operands), 256 * size) / size;
  alignas(64) double buffer[buffer_bytes / size];
  char* pointers[most_operands];
  std::int64_t double_strides[2 * most_operands];
  std::fill_n(double_strides + widened.operands, widened.operands, 0);
  for (int i = 0; i < widened.operands; ++i) {
    pointers[i] = reinterpret_cast<char*>(buffer + i * block);
    double_strides[i] = i >= widened.outputs && strides[i] == 0 ? 0 : size;
  }
  double rounded[most_arguments];
  for (int i = 0; i < widened.arguments; ++i) rounded[i] = static_cast<double>(static_cast<float>(arguments[i]));

  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t done = 0; done < n; done += block) {
      const std::int64_t length = std::min(block, n - done);
      const auto place = [&](int i) {
        return reinterpret_cast<float*>(data[i] + row * strides[widened.operands + i] + done * strides[i]);
      };
      for (int i = widened.outputs; i < widened.operands; ++i) {
        const float* const from = place(i);
        double* const to = buffer + i * block;
        if (double_strides[i] == 0)
          *to = static_cast<double>(*from);
        else
          for (std::int64_t j = 0; j < length; ++j) to[j] = static_cast<double>(from[j]);
      }
      widened.loop(pointers, double_strides, length, 1, rounded);
      for (int i = 0; i < widened.outputs; ++i) {
        const double* const from = buffer + i * block;
        float* const to = place(i);
        for (std::int64_t j = 0; j < length; ++j) to[j] = static_cast<float>(from[j]);
      }
    }
  }
}

void run_widened(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns,
                 std::int64_t rows, const double* arguments) {
  const WidenedContext& widened = *static_cast<const WidenedContext*>(context);
  run_rows({{run_widened_vectors, context}, lanes<Float64>, sizeof(float), widened.outputs, widened.operands}, data,
           strides, columns, rows, arguments);
}

template <class E>
void run_staged(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns,
                std::int64_t rows, const double* arguments) {
  const StagedContext& loop = *static_cast<const StagedContext*>(context);
  run_rows({{vectors<E>, context},
            std::max<std::int64_t>(lanes<E>, loop.lanes),
            sizeof(typename E::Storage),
            loop.outputs,
            loop.operands},
           data, strides, columns, rows, arguments);
}

template void run_staged<BFloat16>(const void*, char* const*, const std::int64_t*, std::int64_t, std::int64_t,
                                   const double*);
template void run_staged<Float16>(const void*, char* const*, const std::int64_t*, std::int64_t, std::int64_t,
                                  const double*);

}  // namespace torchactiv::TORCHACTIV_ISA
