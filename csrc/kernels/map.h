// Elementwise loops: the same vector code for any strides, so that the layout never changes a result.
#pragma once

#include <algorithm>

#include "csrc/kernels/directions.h"
#include "csrc/kernels/elements.h"
#include "csrc/kernels/rows.h"

namespace torchactiv::TORCHACTIV_ISA {

// The inputs of a direction that are data. Behind them come parameters, which most often are one element along a row.
template <class Direction>
constexpr int data_inputs = [] {
  if constexpr (requires { Direction::data_inputs; })
    return Direction::data_inputs;
  else
    return Direction::inputs;
}();

// The outputs of a direction that are data. Behind them come gradients of parameters, which may be summed along a row.
template <class Direction>
constexpr int data_outputs = [] {
  if constexpr (requires { Direction::data_outputs; })
    return Direction::data_outputs;
  else
    return Direction::outputs;
}();

// A sum over vectors, lane by lane. Doubles for the sake of floats have digits to spare, and often no registers: what
// their vectors consist of is added first.
template <class V>
struct LaneSums {
  V sum{0.0};
  void add(const V& a) { sum = sum + a; }
  const V& places() const { return sum; }
};
template <class V>
  requires holds_floats<V>
struct LaneSums<V> {
  using Part = std::remove_cvref_t<decltype(V().v[0])>;
  Part sum{0.0};
  void add(const V& a) {
    std::array<Part, V::parts> parts;
    std::copy_n(a.v, V::parts, parts.begin());
    for (int n = V::parts / 2; n > 0; n /= 2)
      for (int i = 0; i < n; ++i) parts[i] = parts[i] + parts[i + n];
    sum = sum + parts[0];
  }
  V places() const {  // of which one part has it all
    return V::from([this](int i) { return i == 0 ? sum : Part(0.0); });
  }
};

template <class E, class Direction>
struct Map {
  using Storage = typename E::Storage;
  using Vector = typename E::Vector;
  static constexpr int outputs = Direction::outputs, inputs = Direction::inputs, operands = outputs + inputs;
  // Floats, which models are trained in, have a loop for constant parameters: what is computed of these alone, the
  // compiler moves in front of it. Their gradients are summed there, lane by lane, into one vector for the whole row;
  // the strides of these outputs are 0.
  static constexpr bool has_loop_of_constants = data_inputs<Direction> < inputs && sizeof(Storage) == sizeof(float);
  static constexpr int data_out = data_outputs<Direction>, sums = outputs - data_out;
  // For memory: what is computed in doubles for the sake of floats takes longer than any memory.
  static constexpr bool may_wait =
      sizeof(Storage) == sizeof(double) || sizeof(typename Vector::Scalar) < sizeof(double);

  static void run(const void*, char* const* data, const std::int64_t* strides, std::int64_t columns, std::int64_t rows,
                  const double* arguments) {
    run_rows({{vectors}, lanes<E>, sizeof(Storage), outputs, operands}, data, strides, columns, rows, arguments);
  }

  // A VectorLoop's. Flat: a call of any part of the mathematics would pass its vectors through memory.
  [[gnu::flatten]] static void vectors(const void*, char* const* data, const std::int64_t* strides, std::int64_t n,
                                       std::int64_t rows, const double* given) {
    std::array<double, Direction::arguments>
        own;  // which no store can change, so that vectors of them stay as they are
    std::copy_n(given, own.size(), own.begin());
    const double* const arguments = own.data();
    Storage repeated[inputs][lanes<E>];  // an input that is one element along a row, as a vector
    for (std::int64_t row = 0; row < rows; ++row) {
      Storage* out[outputs];  // own copies: a store might change `data`, for all that the compiler knows
      const Storage* in[inputs];
      std::int64_t step[inputs];
      for (int i = 0; i < outputs; ++i) out[i] = reinterpret_cast<Storage*>(data[i] + row * strides[operands + i]);
      for (int i = 0; i < inputs; ++i) {
        in[i] = reinterpret_cast<const Storage*>(data[outputs + i] + row * strides[operands + outputs + i]);
        step[i] = strides[outputs + i] == 0 ? 0 : lanes<E>;
        if (step[i] == 0) in[i] = std::fill_n(repeated[i], lanes<E>, *in[i]) - lanes<E>;
      }
      bool constants = has_loop_of_constants;
      for (int i = data_inputs<Direction>; i < inputs; ++i) constants &= step[i] == 0;
      for (int i = data_out; i < outputs; ++i) constants &= strides[i] == 0;
      const auto loop = [&]<bool constant>(std::bool_constant<constant>) {
        constexpr int varying = constant ? data_inputs<Direction> : inputs, written = constant ? data_out : outputs;
        std::array<Vector, inputs> x;
        for (int i = varying; i < inputs; ++i) x[i] = E::load(in[i]);
        const auto prepared = [&] {
          if constexpr (constant && requires { Direction::prepare(x, arguments); })
            return Direction::prepare(x, arguments);
          else
            return nullptr;
        }();
        std::array<LaneSums<Vector>, sums> sum;
        for (std::int64_t done = 0; done < n; done += lanes<E>) {
          unrolled<varying>([&](auto i) {
            x[i] = E::load(in[i]);
            if constexpr (may_wait && i < data_inputs<Direction>) touch_lines(in[i], lanes<E> * sizeof(Storage));
            in[i] += step[i];
          });
          const auto y = [&] {
            if constexpr (std::is_null_pointer_v<std::remove_const_t<decltype(prepared)>>)
              return Direction::evaluate(x, arguments);
            else
              return Direction::evaluate(x, prepared, arguments);
          }();
          unrolled<written>([&](auto i) { E::store(out[i] + done, y[i]); });
          unrolled<outputs - written>([&](auto i) { sum[i].add(y[written + i]); });
        }
        for (int i = written; i < outputs; ++i) E::store(out[i], sum[i - written].places());
      };
      if constexpr (has_loop_of_constants)
        if (constants) {
          loop(std::true_type{});
          continue;
        }
      loop(std::false_type{});
    }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
