// The functions of csrc/simd and csrc/numbers, compiled for each instruction set, as functions of arrays.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vector_test {

// result[i] = function(x[i], y[i]). What a function of floats is given must be floats; results are never rounded.
struct Function {
  std::string_view name;
  void (*run)(const double* x, const double* y, double* result, std::size_t n);
};

// a l - (a l - a) has 11 of a float's bits (Veltkamp's splitting).
constexpr float lift_to_16_bits = 0x1p13f + 1;
// By which logistic_gate_slope is tested.
constexpr double multiple = 1.702;
// That of the normal distributions which have one.
constexpr float centre = 0.707107f;

// 16-bit types from and to memory; n is a multiple of 64.
struct Storage {
  void (*load)(const std::uint16_t* p, double* result, std::size_t n);
  void (*store)(std::uint16_t* p, const double* a, std::size_t n);
};

struct InstructionSet {
  std::span<const Function> of_floats, of_doubles;
  std::span<const Function> of_gates,
      of_tables;  // of floats: with a fused multiply-add; where tables fit into registers
  Storage bfloat16, float16, bfloat16_in_order;
  bool fused_float;

  // Throws std::out_of_range if there is none of that name.
  static std::vector<double> run(std::span<const Function> functions, std::string_view name,
                                 const std::vector<double>& x, const std::vector<double>& y) {
    for (const Function& function : functions) {
      if (function.name != name) continue;
      std::vector<double> result(x.size());
      function.run(x.data(), y.data(), result.data(), x.size());
      return result;
    }
    throw std::out_of_range("no function is called " + std::string(name));
  }
};

}  // namespace vector_test
