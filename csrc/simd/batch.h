// Several vectors in lockstep. A formula of vector mathematics is one long chain of dependent instructions; two to four
// chains side by side hide their latency, which the CPU's own reordering does only in part (measured: 10 to 25 %).
#pragma once

#include <concepts>

#include "csrc/simd/simd.h"
#include "csrc/simd/square_root.h"
#include "csrc/simd/unrolled.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class M, int count>
struct BatchMask {
  M v[count];

  friend bool any(const BatchMask& mask) {
    bool found = false;
    for (const M& part : mask.v) found |= any(part);
    return found;
  }
};

// What results are rounded to: where that is less than they have, errors of a few ulp do not matter.
enum class Rounding { own, to_16_bits, to_32_bits };

template <Vector V, int count, Rounding rounding = Rounding::own>
struct Batch {
  static constexpr int parts = count, lanes = count * V::lanes;
  static constexpr bool is_short = rounding == Rounding::to_16_bits;
  static constexpr bool is_single = rounding == Rounding::to_32_bits;
  using Scalar = typename V::Scalar;
  using Mask = BatchMask<decltype(V() < V()), count>;
  V v[count];

  Batch() = default;
  // Register by register: GCC would copy the whole, and the parts, through memory.
  Batch(const Batch& other) {
    unrolled<count>([&](auto i) { v[i].v = other.v[i].v; });
  }
  Batch& operator=(const Batch& other) {
    unrolled<count>([&](auto i) { v[i].v = other.v[i].v; });
    return *this;
  }
  template <std::same_as<V>... Parts>
    requires(sizeof...(Parts) == count)
  Batch(Parts... parts) : v{parts...} {}
  explicit Batch(double value) {
    unrolled<count>([&](auto i) { v[i] = V(value); });
  }
  static Batch load(const Scalar* p) {
    return from([&](int i) { return V::load(p + i * V::lanes); });
  }
  void store(Scalar* p) const {
    unrolled<count>([&](auto i) { v[i].store(p + i * V::lanes); });
  }
  // Past the caches; p is aligned to vectors.
  void stream(Scalar* p) const {
    if constexpr (has_streams)
      unrolled<count>([&](auto i) { v[i].stream(p + i * V::lanes); });
    else
      store(p);
  }
  // Part i is function(i).
  template <class Function>
  static Batch from(Function function) {
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      return Batch(function(i)...);
    }(std::make_integer_sequence<int, count>{});
  }

  friend Batch operator+(const Batch& a, const Batch& b) {
    return from([&](int i) { return a.v[i] + b.v[i]; });
  }
  friend Batch operator-(const Batch& a, const Batch& b) {
    return from([&](int i) { return a.v[i] - b.v[i]; });
  }
  friend Batch operator*(const Batch& a, const Batch& b) {
    return from([&](int i) { return a.v[i] * b.v[i]; });
  }
  friend Batch operator/(const Batch& a, const Batch& b) {
    return from([&](int i) { return a.v[i] / b.v[i]; });
  }
  friend Batch operator-(const Batch& a) {
    return from([&](int i) { return -a.v[i]; });
  }
  friend Mask operator<(const Batch& a, const Batch& b) {
    return compare([&](int i) { return a.v[i] < b.v[i]; });
  }
  friend Mask operator<=(const Batch& a, const Batch& b) {
    return compare([&](int i) { return a.v[i] <= b.v[i]; });
  }
  friend Mask operator>(const Batch& a, const Batch& b) {
    return compare([&](int i) { return a.v[i] > b.v[i]; });
  }
  friend Mask operator==(const Batch& a, const Batch& b) {
    return compare([&](int i) { return a.v[i] == b.v[i]; });
  }
  friend Batch select(const Mask& m, const Batch& a, const Batch& b) {
    return from([&](int i) { return select(m.v[i], a.v[i], b.v[i]); });
  }
  friend Batch fma(const Batch& a, const Batch& b, const Batch& c) {
    if constexpr (is_short && !fused_float) return a * b + c;
    return from([&](int i) { return fma(a.v[i], b.v[i], c.v[i]); });
  }
  friend Batch negative_fma(const Batch& a, const Batch& b, const Batch& c) {
    return from([&](int i) { return negative_fma(a.v[i], b.v[i], c.v[i]); });
  }
  friend Batch abs(const Batch& a) {
    return from([&](int i) { return abs(a.v[i]); });
  }
  friend Batch copysign(const Batch& a, const Batch& b) {
    return from([&](int i) { return copysign(a.v[i], b.v[i]); });
  }
  friend Batch maximum_or_second(const Batch& a, const Batch& b) {
    return from([&](int i) { return maximum_or_second(a.v[i], b.v[i]); });
  }
  friend Batch minimum_or_second(const Batch& a, const Batch& b) {
    return from([&](int i) { return minimum_or_second(a.v[i], b.v[i]); });
  }
  friend Batch power_of_two(const Batch& biased) {
    return from([&](int i) { return power_of_two(biased.v[i]); });
  }
  // The square root of doubles takes the processor longer than all else in most formulas, and has digits to spare here.
  friend Batch sqrt(const Batch& a) {
    if constexpr (is_single && has_estimates) return from([&](int i) { return quick_sqrt(a.v[i]); });
    return from([&](int i) { return sqrt(a.v[i]); });
  }
  friend Batch exponent(const Batch& a) {
    return from([&](int i) { return exponent(a.v[i]); });
  }
  friend Batch estimated_inverse(const Batch& a) {
    return from([&](int i) { return estimated_inverse(a.v[i]); });
  }
  friend Batch mantissa(const Batch& a) {
    return from([&](int i) { return mantissa(a.v[i]); });
  }
  friend Batch inverse_power(const Batch& a) {
    return from([&](int i) { return inverse_power(a.v[i]); });
  }
  friend Batch negated_where_odd(const Batch& a, const Batch& biased) {
    return from([&](int i) { return negated_where_odd(a.v[i], biased.v[i]); });
  }
  friend Batch times_power_of_two(const Batch& a, const Batch& n) {
    return from([&](int i) { return times_power_of_two(a.v[i], n.v[i]); });
  }
  friend Batch times_small_power_of_two(const Batch& a, const Batch& n) {
    return from([&](int i) { return times_small_power_of_two(a.v[i], n.v[i]); });
  }
  template <int parts_of_octave>
  friend Batch segment(const Batch& a) {
    return from([&](int i) { return segment<parts_of_octave>(a.v[i]); });
  }
  template <int parts_of_octave>
  friend Batch middle_of_segment(const Batch& a) {
    return from([&](int i) { return middle_of_segment<parts_of_octave>(a.v[i]); });
  }
  template <int bits>
  friend Batch without_lowest_bits(const Batch& a) {
    return from([&](int i) { return without_lowest_bits<bits>(a.v[i]); });
  }
  template <int steps>
  friend Batch times_whole_power(const Batch& a, const Batch& n) {
    return from([&](int i) { return times_whole_power<steps>(a.v[i], n.v[i]); });
  }
  template <std::size_t size>
  friend Batch lookup(const float (&table)[size], const Batch& index) {
    return from([&](int i) { return lookup(table, index.v[i]); });
  }
  friend Batch lookup(const double (&table)[16], const Batch& index) {
    return from([&](int i) { return lookup(table, index.v[i]); });
  }
  template <class Entry, std::size_t size>
  friend Batch lookup_power(const Entry (&table)[size], const Batch& index) {
    return from([&](int i) { return lookup_power(table, index.v[i]); });
  }

 private:
  template <class Function>
  static Mask compare(Function function) {
    Mask result;
    unrolled<count>([&](auto i) { result.v[i] = function(i); });
    return result;
  }
};

template <class V>
concept FusedFloats = std::same_as<typename V::Scalar, float> && fused_float;
template <class V>
concept TabledFloats = std::same_as<typename V::Scalar, float> && has_tables;

}  // namespace torchactiv::TORCHACTIV_ISA
