// Map (map.h) for operators with coefficients. The context of every function is the operator's Counts.
#pragma once

#include "csrc/kernels/counted_directions.h"
#include "csrc/kernels/map.h"
#include "csrc/kernels/staged.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Direction>
struct CountedMap {
  using E = Float64;
  using Storage = typename E::Storage;
  using Vector = typename E::Vector;

  static void run(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns,
                  std::int64_t rows, const double* arguments) {
    const Counts& counts = *static_cast<const Counts*>(context);
    const int outputs = Direction::outputs(counts), operands = outputs + Direction::inputs(counts);
    run_rows({{vectors, context}, lanes<E>, sizeof(Storage), outputs, operands}, data, strides, columns, rows,
             arguments);
  }

  // For shorter elements by way of doubles.
  template <class Short>
  static void run_short(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns,
                        std::int64_t rows, const double* arguments) {
    const Counts& counts = *static_cast<const Counts*>(context);
    const int outputs = Direction::outputs(counts), operands = outputs + Direction::inputs(counts);
    const WidenedContext widened{{vectors, context}, outputs, operands, Direction::arguments};
    if constexpr (sizeof(typename Short::Storage) == sizeof(float)) {
      run_widened(&widened, data, strides, columns, rows, arguments);
    } else {
      const StagedContext staged{{run_widened_vectors, &widened}, lanes<E>, outputs, operands};
      run_staged<Short>(&staged, data, strides, columns, rows, arguments);
    }
  }

  // A VectorLoop's. What is one element along a row is read once for it.
  [[gnu::flatten]] static void vectors(const void* context, char* const* data, const std::int64_t* strides,
                                       std::int64_t n, std::int64_t rows, const double* arguments) {
    const Counts counts = *static_cast<const Counts*>(context);
    const int outputs = Direction::outputs(counts), inputs = Direction::inputs(counts), operands = outputs + inputs;
    Vector x[most_operands], y[most_coefficients + Counts::most_inputs];
    int along[most_operands];
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto place = [&](int i) { return reinterpret_cast<Storage*>(data[i] + row * strides[operands + i]); };
      int count = 0;
      for (int i = 0; i < inputs; ++i) {
        if (strides[outputs + i] == 0)
          x[i] = E::splat(place(outputs + i));
        else
          along[count++] = i;
      }
      for (std::int64_t done = 0; done < n; done += lanes<E>) {
        for (int i = 0; i < count; ++i) x[along[i]] = E::load(place(outputs + along[i]) + done);
        Direction::evaluate(counts, x, y, arguments);
        for (int i = 0; i < outputs; ++i) E::store(place(i) + done, y[i]);
      }
    }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
