// What the kernels of normalisations are made of: vectors over elements that lie side by side in the first-level cache.
#pragma once

#include <cmath>

#include "csrc/kernels/combination_block.h"
#include "csrc/kernels/normalisation.h"

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

// The sum of the lanes, joined two by two.
template <class T>
double total(const Column<T>& sums) {
  constexpr int count = Column<T>::lanes;
  T lanes[count];
  sums.store(lanes);
  for (int half = count / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return static_cast<double>(lanes[0]);
}
template <class T>
double total(const Lanes<T>& sums) {
  return total<T>((sums.v[0] + sums.v[2]) + (sums.v[1] + sums.v[3]));
}

// The elements from p on, as many as there are, with `filling` behind them.
template <class T>
Lanes<T> load(const T* p, std::int64_t count, T filling = 0) {
  if (count == Lanes<T>::lanes) return Lanes<T>::load(p);
  T buffer[Lanes<T>::lanes];
  std::fill_n(std::copy_n(p, count, buffer), Lanes<T>::lanes - count, filling);
  return Lanes<T>::load(buffer);
}

template <class T>
void store(const Lanes<T>& values, T* p, std::int64_t count) {
  if (count == Lanes<T>::lanes) return values.store(p);
  T buffer[Lanes<T>::lanes];
  values.store(buffer);
  std::copy_n(buffer, count, p);
}

// Calls work(first element, how many) for a vector at a time.
template <class T, class Work>
void by_vectors(std::int64_t n, Work work) {
  std::int64_t i = 0;
  for (; i + Lanes<T>::lanes <= n; i += Lanes<T>::lanes) work(i, std::int64_t{Lanes<T>::lanes});
  if (i < n) work(i, n - i);
}

// Two passes, the second about the mean of the first; the elements are in the first-level cache.
template <class T>
Moments plain_moments(const T* x, std::int64_t n) {
  using V = Lanes<T>;
  V sum(0.0), distances(0.0), squares(0.0);
  by_vectors<T>(n, [&](std::int64_t i, std::int64_t count) { sum = sum + load(x + i, count); });
  const T estimate = static_cast<T>(total<T>(sum) / static_cast<double>(n));
  by_vectors<T>(n, [&](std::int64_t i, std::int64_t count) {
    const V distance = load(x + i, count, estimate) - V(estimate);
    distances = distances + distance;
    squares = multiply_add(distance, distance, squares);
  });
  return moments_about(estimate, n, total<T>(distances), total<T>(squares));
}

// Squares that are too large for floats.
[[gnu::noinline]] inline Moments moments_in_doubles(const float* x, std::int64_t n) {
  double converted[most_of_moments];
  std::copy_n(x, n, converted);
  return plain_moments(converted, n);
}

template <class T>
Moments row_moments(const T* x, std::int64_t n) {
  const Moments moments = plain_moments(x, n);
  if constexpr (std::is_same_v<T, float>)
    if (!std::isfinite(moments.squares)) [[unlikely]]
      return moments_in_doubles(x, n);
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
  if (!f.is_identity) block_of<T>(f, n).forward(u, {u, 1});
}

// g f'(u) in the place of u: kernels read whole vectors before they write them.
template <class T>
void derivative(FusedKernels f, const T* g, T* u, std::int64_t n) {
  if (f.is_identity) {
    std::copy_n(g, n, u);
    return;
  }
  const Block<T> block = block_of<T>(f, n);
  block.forward_if_saved(u, {u, 1});
  block.backward(u, g, {u, 1}, u);
}

// The end of backward: dx is g f', and becomes that times scale.
template <class T>
void finish_row(const T* x, T* dx, T* dr, std::int64_t n, Affine<T> channel, double* sums) {
  if (dr) std::copy_n(dx, n, dr);
  using V = Lanes<T>;
  const V centre(channel.centre), scale(channel.scale);
  V slopes(0.0), distances(0.0);
  by_vectors<T>(n, [&](std::int64_t i, std::int64_t count) {
    const V s = load(dx + i, count);
    store(s * scale, dx + i, count);
    slopes = slopes + s;
    distances = multiply_add(s, load(x + i, count, channel.centre) - centre, distances);
  });
  sums[0] += total<T>(slopes);
  sums[1] += total<T>(distances);
}

// The same of a row that is not worth several vectors at a time.
template <class T>
void finish_short_row(const T* x, T* dx, std::int64_t n, Affine<T> channel, double* sums) {
  using V = Column<T>;
  const V centre(channel.centre), scale(channel.scale);
  V slopes(0.0), distances(0.0);
  std::int64_t i = 0;
  for (; i + V::lanes <= n; i += V::lanes) {
    const V s = V::load(dx + i);
    (s * scale).store(dx + i);
    slopes = slopes + s;
    distances = multiply_add(s, V::load(x + i) - centre, distances);
  }
  T slope = 0, distance = 0;
  for (; i < n; ++i) {
    const T s = dx[i];
    dx[i] = s * channel.scale;
    slope += s;
    distance = multiply_add(s, x[i] - channel.centre, distance);
  }
  sums[0] += total<T>(slopes) + static_cast<double>(slope);
  sums[1] += total<T>(distances) + static_cast<double>(distance);
}

// dx = dx - shift - (x - centre) scale
template <class T>
void correct(const T* x, T* dx, std::int64_t n, Affine<T> channel) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i)
    dx[i] = multiply_add(x[i] - channel.centre, -channel.scale, dx[i] - channel.shift);
}

}  // namespace torchactiv::TORCHACTIV_ISA
