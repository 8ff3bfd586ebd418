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

// Calls function.operator()<i>() for i from 0 to count - 1.
template <int count, class Function>
void unrolled(Function function) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    (function.template operator()<i>(), ...);
  }(std::make_integer_sequence<int, count>{});
}

template <class E, class Direction>
struct Reduce {
  using Storage = typename E::Storage;
  using Vector = typename E::Vector;
  using Scalar = typename Vector::Scalar;
  static constexpr int outputs = Direction::outputs, inputs = Direction::inputs;
  static constexpr std::int64_t width = lanes<E>;

  // How many of the outputs before the i-th are sums.
  static constexpr int sum_index(int i) {
    int count = 0;
    for (int before = 0; before < i; ++before) count += Direction::parameter_output(before);
    return count;
  }
  static constexpr int parameters = sum_index(outputs);

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

  static double first(const Vector& a, std::int64_t n) {
    Scalar buffer[width];
    a.store(buffer);
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(buffer[E::lane(i)]);
    return sum;
  }

  using Part = decltype(Vector::v[0] + Vector::v[0]);

  static Part joined(const Vector& a) {
    Part total = a.v[0];
    for (std::size_t i = 1; i < std::size(a.v); ++i) total = total + a.v[i];
    return total;
  }
  static double sum(const Part& a) {
    double buffer[Double::lanes];
    if constexpr (std::same_as<Scalar, float>)
      (low_half(a) + high_half(a)).store(buffer);
    else
      a.store(buffer);
    for (int half = Double::lanes / 2; half > 0; half /= 2)
      for (int i = 0; i < half; ++i) buffer[i] += buffer[i + half];
    return buffer[0];
  }

  // Flat, and with copies of the pointers, as in csrc/kernels/map.h. The sums over the lanes, which are chains of
  // dependent additions, wait until there are several that overlap.
  [[gnu::flatten]] static void full_vectors(char* const* data, std::int64_t rows, std::int64_t n, std::int64_t whole,
                                            const double* arguments, double* sums) {
    constexpr std::int64_t most_waiting = 16;
    Part waiting[most_waiting * parameters];
    std::int64_t count = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
      std::array<Storage*, outputs> out;
      std::array<const Storage*, inputs> in;
      std::array<Vector, inputs> x;
      std::array<Vector, parameters> total;
      unrolled<outputs>([&]<int i>() { out[i] = output(data, i) + r * n; });
      unrolled<inputs>([&]<int i>() {
        in[i] = input(data, i) + (Direction::parameter_input(i) ? r : r * n);
        if constexpr (Direction::parameter_input(i)) x[i] = E::splat(in[i]);
      });
      unrolled<parameters>([&]<int p>() { total[p] = Vector(0.0); });
      for (std::int64_t done = 0; done < whole; done += width) {
        unrolled<inputs>([&]<int i>() {
          if constexpr (!Direction::parameter_input(i)) x[i] = E::load(in[i] + done);
        });
        const auto y = Direction::evaluate(x, arguments);
        unrolled<outputs>([&]<int i>() {
          if constexpr (Direction::parameter_output(i))
            total[sum_index(i)] = total[sum_index(i)] + y[i];
          else
            E::store(out[i] + done, y[i]);
        });
      }
      for (int p = 0; p < parameters; ++p) waiting[count++] = joined(total[p]);
      if (count == most_waiting * parameters || r == rows - 1) {
        for (std::int64_t i = 0; i < count; ++i) *sums++ = sum(waiting[i]);
        count = 0;
      }
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
        unrolled<inputs>([&]<int i>() {
          x[i] = E::load(Direction::parameter_input(i) ? values[i] + done : input(data, i) + offset + done);
        });
        const auto y = Direction::evaluate(x, arguments);
        unrolled<outputs>([&]<int i>() {
          if constexpr (Direction::parameter_output(i)) {
            Scalar* const total = totals[sum_index(i)] + done;
            (Vector::load(total) + y[i]).store(total);
          } else {
            E::store(output(data, i) + offset + done, y[i]);
          }
        });
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
