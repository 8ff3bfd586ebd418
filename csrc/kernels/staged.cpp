#include "csrc/kernels/staged.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

// A VectorLoop's. Lanes stay in the order in which E loads them.
template <class E>
void vectors(const void* context, char* const* data, const std::int64_t* strides, std::int64_t n, std::int64_t rows,
             const double* arguments) {
  using Storage = typename E::Storage;
  constexpr std::int64_t block = 256;
  static_assert(block % lanes<E> == 0);
  const StagedContext& loop = *static_cast<const StagedContext*>(context);
  float floats[most_operands][block];
  char* pointers[most_operands];
  std::int64_t float_strides[2 * most_operands] = {};
  for (int i = 0; i < loop.operands; ++i) pointers[i] = reinterpret_cast<char*>(floats[i]);
  std::fill_n(float_strides, loop.operands, sizeof(float));

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
