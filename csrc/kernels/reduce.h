// Loops that sum the gradients of parameters while they write those of the data, in one pass.
//
// Sums run in the vector's own precision over the few thousand elements of one call, in an order that depends on the
// shape alone; the caller adds the double results of the calls.
#pragma once

#include <algorithm>
#include <numeric>

#include "csrc/kernels/directions.h"
#include "csrc/kernels/elements.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class E, class Direction>
struct Reduce {
  using Storage = typename E::Storage;
  using Vector = typename E::Vector;
  using Scalar = typename Vector::Scalar;
  static constexpr int outputs = Direction::outputs, inputs = Direction::inputs;
  static constexpr std::int64_t width = lanes<E>;

  static constexpr int parameters = [] {
    int count = 0;
    for (int i = 0; i < outputs; ++i) count += Direction::parameter_output(i);
    return count;
  }();

  static void row(char* const* data, std::int64_t rows, std::int64_t n, const double* arguments, double* sums) {
    const std::int64_t whole = n / width * width;
    full_vectors(data, rows, n, whole, arguments, sums);
    if (whole < n) rest(data, rows, n, whole, arguments, sums);
  }

  // Short rows are joined where nothing lies between them: `repeat` copies of the parameters stand side by side, so
  // that full vectors run over several rows at once.
  static void column(char* const* data, std::int64_t rows, std::int64_t n, std::int64_t row_length,
                     const double* arguments, double* sums) {
    const bool join = n < shortest && row_length == n;
    const std::int64_t fewest = width / std::gcd(width, n);  // rows that are full vectors together
    const std::int64_t repeat = join ? fewest * std::max<std::int64_t>(1, shortest / (fewest * n)) : 1;
    columns(data, rows, n, row_length, repeat, arguments, sums);
  }

 private:
  static constexpr std::int64_t shortest = 64, longest = std::max<std::int64_t>(1024, shortest* width);

  static const Storage* input(char* const* data, int i) { return reinterpret_cast<const Storage*>(data[outputs + i]); }
  static Storage* output(char* const* data, int i) { return reinterpret_cast<Storage*>(data[i]); }

  static double sum(const Vector& a) {
    auto total = a.v[0];
    for (std::size_t i = 1; i < std::size(a.v); ++i) total = total + a.v[i];
    double buffer[Double::lanes];
    if constexpr (std::same_as<Scalar, float>)
      (low_half(total) + high_half(total)).store(buffer);
    else
      total.store(buffer);
    for (int half = Double::lanes / 2; half > 0; half /= 2)
      for (int i = 0; i < half; ++i) buffer[i] += buffer[i + half];
    return buffer[0];
  }

  static double first(const Vector& a, std::int64_t n) {
    Scalar buffer[width];
    a.store(buffer);
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(buffer[E::lane(i)]);
    return sum;
  }

  // Flat, and with copies of the pointers, as in csrc/kernels/map.h.
  [[gnu::flatten]] static void full_vectors(char* const* data, std::int64_t rows, std::int64_t n, std::int64_t whole,
                                            const double* arguments, double* sums) {
    for (std::int64_t r = 0; r < rows; ++r) {
      Storage* out[outputs];
      const Storage* in[inputs];
      std::array<Vector, inputs> constant;
      for (int i = 0; i < outputs; ++i) out[i] = output(data, i) + r * n;
      for (int i = 0; i < inputs; ++i) {
        in[i] = input(data, i) + (Direction::parameter_input(i) ? r : r * n);
        constant[i] = Direction::parameter_input(i) ? E::splat(in[i]) : Vector(0.0);
      }
      std::array<Vector, parameters> total;
      total.fill(Vector(0.0));
      for (std::int64_t done = 0; done < whole; done += width) {
        std::array<Vector, inputs> x;
        for (int i = 0; i < inputs; ++i) x[i] = Direction::parameter_input(i) ? constant[i] : E::load(in[i] + done);
        const auto y = Direction::evaluate(x, arguments);
        for (int i = 0, p = 0; i < outputs; ++i) {
          if (Direction::parameter_output(i)) {
            total[p] = total[p] + y[i];
            ++p;
          } else {
            E::store(out[i] + done, y[i]);
          }
        }
      }
      for (int p = 0; p < parameters; ++p) sums[r * parameters + p] = sum(total[p]);
    }
  }

  static void rest(char* const* data, std::int64_t rows, std::int64_t n, std::int64_t done, const double* arguments,
                   double* sums) {
    for (std::int64_t r = 0; r < rows; ++r) {
      std::array<Vector, inputs> x;
      for (int i = 0; i < inputs; ++i)
        x[i] = Direction::parameter_input(i) ? E::splat(input(data, i) + r)
                                             : load_some<E>(input(data, i) + r * n + done, n - done);
      const auto y = Direction::evaluate(x, arguments);
      for (int i = 0, p = 0; i < outputs; ++i) {
        if (Direction::parameter_output(i))
          sums[r * parameters + p++] += first(y[i], n - done);
        else
          store_some<E>(output(data, i) + r * n + done, y[i], n - done);
      }
    }
  }

  [[gnu::flatten]] static void columns(char* const* data, std::int64_t rows, std::int64_t n, std::int64_t row_length,
                                       std::int64_t repeat, const double* arguments, double* sums) {
    Storage values[inputs][longest];
    Scalar totals[parameters][longest] = {};
    for (int i = 0; i < inputs; ++i) {
      if (!Direction::parameter_input(i)) continue;
      for (std::int64_t r = 0; r < repeat; ++r) std::copy_n(input(data, i), n, values[i] + r * n);
    }
    for (std::int64_t r = 0; r < rows; r += repeat) {
      const std::int64_t count = std::min(repeat, rows - r) * n, offset = r * row_length;
      std::int64_t done = 0;
      for (; done + width <= count; done += width) {
        std::array<Vector, inputs> x;
        for (int i = 0; i < inputs; ++i)
          x[i] = E::load(Direction::parameter_input(i) ? values[i] + done : input(data, i) + offset + done);
        const auto y = Direction::evaluate(x, arguments);
        for (int i = 0, p = 0; i < outputs; ++i) {
          if (Direction::parameter_output(i)) {
            (Vector::load(totals[p] + done) + y[i]).store(totals[p] + done);
            ++p;
          } else {
            E::store(output(data, i) + offset + done, y[i]);
          }
        }
      }
      if (const std::int64_t rest = count - done; rest > 0) {
        std::array<Vector, inputs> x;
        for (int i = 0; i < inputs; ++i)
          x[i] = load_some<E>(Direction::parameter_input(i) ? values[i] + done : input(data, i) + offset + done, rest);
        const auto y = Direction::evaluate(x, arguments);
        for (int i = 0, p = 0; i < outputs; ++i) {
          if (Direction::parameter_output(i)) {
            Scalar buffer[width];
            y[i].store(buffer);
            for (std::int64_t j = 0; j < rest; ++j) totals[p][done + E::lane(j)] += buffer[E::lane(j)];
            ++p;
          } else {
            store_some<E>(output(data, i) + offset + done, y[i], rest);
          }
        }
      }
    }
    for (int p = 0; p < parameters; ++p)
      for (std::int64_t r = 0; r < repeat; ++r)
        for (std::int64_t c = 0; c < n; ++c) {
          const std::int64_t i = r * n + c;
          sums[p * n + c] += static_cast<double>(totals[p][i / width * width + E::lane(i % width)]);
        }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
