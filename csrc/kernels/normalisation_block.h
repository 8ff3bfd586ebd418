// What the kernels of normalisations are made of: vectors over elements that lie side by side in the first-level cache.
#pragma once

#include <cmath>

#include "csrc/kernels/combination_block.h"
#include "csrc/kernels/normalisation.h"
#include "csrc/kernels/short_elements.h"

namespace torchactiv::TORCHACTIV_ISA {

// The activation over n elements side by side.
template <class T>
Block<T> block_of(const FusedKernels& f, std::int64_t n) {
  Block<T> block(f.kernels, f.arguments);
  block.n = n;
  return block;
}

template <class T>
using Lanes = std::conditional_t<std::is_same_v<T, double>, Batch<Double, 4>, Batch<Float, 4>>;

template <class T>
using Column = std::conditional_t<std::is_same_v<T, double>, Double, Float>;

// a b + c, rounded once where that is one instruction.
template <class V>
V multiply_add(const V& a, const V& b, const V& c) {
  if constexpr (!fused_float)
    return a * b + c;
  else if constexpr (std::is_floating_point_v<V>)
    return std::fma(a, b, c);
  else
    return fma(a, b, c);
}

// The sum of the lanes, joined two by two: in registers, where an array would go through memory at each step.
template <class T>
double total(const Column<T>& sums) {
  return static_cast<double>(sum_of_lanes(sums.v));
}

// Calls add(i, V{}) for the elements from i on: several vectors at a time where that is worth joining their sums, then
// vectors, then single elements.
constexpr std::int64_t least_wide = 512;
template <class T, class Add>
void by_falling_widths(std::int64_t n, Add add, std::int64_t least = least_wide) {
  std::int64_t i = 0;
  for (; n >= least && i + Lanes<T>::lanes <= n; i += Lanes<T>::lanes) add(i, Lanes<T>());
  for (; i + Column<T>::lanes <= n; i += Column<T>::lanes) add(i, Column<T>());
  for (; i < n; ++i) add(i, T());
}

// A sum of what lies at the elements that by_falling_widths() calls for.
template <class T>
struct WideSum {
  Lanes<T> lanes{0.0};
  Column<T> column{0.0};
  T rest = 0;

  Lanes<T>& of(const Lanes<T>&) { return lanes; }
  Column<T>& of(const Column<T>&) { return column; }
  T& of(T) { return rest; }
  double total(std::int64_t n) const {
    Column<T> joined = column;
    if (n >= least_wide) joined = joined + ((lanes.v[0] + lanes.v[2]) + (lanes.v[1] + lanes.v[3]));
    return TORCHACTIV_ISA::total<T>(joined) + static_cast<double>(rest);
  }
};
// Whether vectors may go past the caches to rows that are `stride` elements behind each other: to aligned addresses.
template <class T>
bool can_stream(const T* p, std::int64_t stride) {
  const std::uintptr_t rows = reinterpret_cast<std::uintptr_t>(p) | static_cast<std::uintptr_t>(stride) * sizeof *p;
  return has_streams && rows % sizeof(Column<T>) == 0;
}

// From and to data, which may be of 16 bits.
template <class V, class Data>
V load_as(const Data* p) {
  if constexpr (std::is_same_v<V, Data>)
    return *p;
  else if constexpr (!has_16_bits<Data>)
    return V::load(p);
  else if constexpr (std::is_same_v<V, float>)
    return load_element(p);
  else if constexpr (std::is_same_v<V, Float>)
    return load_elements(p);
  else
    return V::from([&](int i) { return load_elements(p + i * Float::lanes); });
}
template <class V, class Data>
void store_as(const V& a, Data* p) {
  if constexpr (std::is_same_v<V, Data>)
    *p = a;
  else if constexpr (!has_16_bits<Data>)
    a.store(p);
  else if constexpr (std::is_same_v<V, float>)
    store_element(a, p);
  else if constexpr (std::is_same_v<V, Float>)
    store_elements(a, p);
  else
    unrolled<V::parts>([&](auto i) { store_elements(a.v[i], p + i * Float::lanes); });
}
// Data that may come from memory.
template <class V, class Data>
V read_as(const Data* p) {
  if constexpr (!std::is_floating_point_v<V>) touch_lines(p, V::lanes * sizeof *p);
  return load_as<V>(p);
}

template <class T, class Data>
[[gnu::flatten]] Moments moments_from(T estimate, const Data* x, std::int64_t n) {
  WideSum<T> distances, squares;
  by_falling_widths<T>(n, [&]<class V>(std::int64_t i, V v) {
    const V distance = read_as<V>(x + i) - V(estimate);
    distances.of(v) = distances.of(v) + distance;
    squares.of(v) = multiply_add(distance, distance, squares.of(v));
  });
  return moments_about(static_cast<double>(estimate), n, distances.total(n), squares.total(n));
}

// One pass, about the mean of the first elements. Where that is more than two deviations from the mean of all, which
// would cost digits of the squares, another about the latter.
template <class Data>
Moments plain_moments(const Data* x, std::int64_t n) {
  using T = Computed<Data>;
  const auto at = [&](int i) { return read_as<T>(x + i); };
  const T estimate = n < 4 ? at(0) : ((at(0) + at(1)) + (at(2) + at(3))) / 4;
  const Moments found = moments_from(estimate, x, n);
  const double offset = found.mean - static_cast<double>(estimate);
  if (offset * offset * static_cast<double>(n) > 4 * found.squares) [[unlikely]]
    return moments_from(static_cast<T>(found.mean), x, n);
  return found;
}

template <class Data>
[[gnu::flatten]] Moments plain_moments_about_zero(const Data* x, std::int64_t n) {
  using T = Computed<Data>;
  WideSum<T> squares;
  by_falling_widths<T>(n, [&]<class V>(std::int64_t i, V v) {
    const V value = read_as<V>(x + i);
    squares.of(v) = multiply_add(value, value, squares.of(v));
  });
  return {0, squares.total(n)};
}

// Squares that are too large for floats.
template <Moments (*moments)(const double*, std::int64_t), class Data>
[[gnu::noinline]] Moments in_doubles(const Data* x, std::int64_t n) {
  double converted[most_of_moments];
  for (std::int64_t i = 0; i < n; ++i) converted[i] = read_as<float>(x + i);
  return moments(converted, n);
}

template <class Data>
Moments row_moments(const Data* x, std::int64_t n) {
  const Moments moments = plain_moments(x, n);
  if constexpr (!std::is_same_v<Data, double>)
    if (!std::isfinite(moments.squares)) [[unlikely]]
      return in_doubles<plain_moments<double>>(x, n);
  return moments;
}

// As if the mean were 0: the square of an infinity is one, where distances from a mean were no numbers.
template <class Data>
Moments row_moments_about_zero(const Data* x, std::int64_t n) {
  const Moments moments = plain_moments_about_zero(x, n);
  if constexpr (!std::is_same_v<Data, double>)
    if (!std::isfinite(moments.squares)) [[unlikely]]
      return in_doubles<plain_moments_about_zero<double>>(x, n);
  return moments;
}

// u may be x.
template <class T>
void normalise(const T* x, T* u, std::int64_t n, Affine<T> channel) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) u[i] = multiply_add(x[i] - channel.centre, channel.scale, channel.shift);
}
template <class T>
void normalise(const T* x, T* u, std::int64_t n, Affine<const T*> c) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) u[i] = multiply_add(x[i] - c.centre[i], c.scale[i], c.shift[i]);
}

// f(u) in the place of u
template <class T>
void activate(FusedKernels f, T* u, std::int64_t n) {
  if (f.is_identity) return;
  if constexpr (std::is_same_v<T, float>)
    if (const FusedNormalisation* own = f.kernels.normalisation) return own->value(u, n, f.arguments);
  block_of<T>(f, n).forward(u, {u, 1});
}

// g f'(u) in the place of u: kernels read whole vectors before they write them.
template <class T>
void derivative(FusedKernels f, const T* g, T* u, std::int64_t n) {
  if (f.is_identity) {
    std::copy_n(g, n, u);
    return;
  }
  if constexpr (std::is_same_v<T, float>)
    if (const FusedNormalisation* own = f.kernels.normalisation) return own->slope(g, u, n, f.arguments);
  const Block<T> block = block_of<T>(f, n);
  block.forward_if_saved(u, {u, 1});
  block.backward(u, g, {u, 1}, u);
}

// Added to two sums: s, and s (x - centre). Calls each(i, s) for the elements from i on that a vector holds.
template <class T, class Each>
[[gnu::flatten]] void add_to_sums(const T* s, const T* x, std::int64_t n, T centre, double* sums, Each each) {
  WideSum<T> slopes, distances;
  by_falling_widths<T>(n, [&]<class V>(std::int64_t i, V v) {
    const V slope = read_as<V>(s + i);
    each(i, slope);
    slopes.of(v) = slopes.of(v) + slope;
    distances.of(v) = multiply_add(slope, read_as<V>(x + i) - V(centre), distances.of(v));
  });
  sums[0] += slopes.total(n);
  sums[1] += distances.total(n);
}

// The end of backward: dx is g f', and becomes that times scale.
template <class T>
void finish_row(const T* x, T* dx, T* dr, std::int64_t n, Affine<T> channel, double* sums) {
  if (dr) std::copy_n(dx, n, dr);
  add_to_sums(dx, x, n, channel.centre, sums, [&]<class V>(std::int64_t i, const V& slope) {
    const V scaled = slope * V(channel.scale);
    if constexpr (std::is_same_v<V, T>)
      dx[i] = scaled;
    else
      scaled.store(dx + i);
  });
}

template <class T>
void correct(const T* x, T* dx, std::int64_t n, Correction<T> c) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i)
    dx[i] = multiply_add(multiply_add(x[i] - c.centre, c.slope, c.shift), -c.scale, dx[i]);
}

}  // namespace torchactiv::TORCHACTIV_ISA
