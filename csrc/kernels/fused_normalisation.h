// Normalisation by channels in one loop with the activation behind it, for those that networks have there. For all
// others csrc/kernels/normalisation.cpp calls the activation's kernels block by block.
#pragma once

#include "csrc/kernels/fused_directions.h"
#include "csrc/kernels/normalisation.h"
#include "csrc/kernels/normalisation_block.h"

namespace torchactiv::TORCHACTIV_ISA {

// Elements side by side: as many as Floats has, or fewer, behind which are zeros.
struct Whole {
  static Floats load(const float* p) { return Floats::load(p); }
  static void store(const Floats& a, float* p) { a.store(p); }
};
struct Some {
  std::int64_t count;
  Floats load(const float* p) const {
    return Floats::from([&](int i) {
      const std::int64_t n = count - i * Float::lanes;
      if (n <= 0) return Float(0.0);
      return n >= Float::lanes ? Float::load(p + i * Float::lanes) : Float::load_some(p + i * Float::lanes, n);
    });
  }
  void store(const Floats& a, float* p) const {
    for (int i = 0; i < Floats::parts && i * Float::lanes < count; ++i) {
      const std::int64_t n = count - i * Float::lanes;
      n >= Float::lanes ? a.v[i].store(p + i * Float::lanes) : a.v[i].store_some(p + i * Float::lanes, n);
    }
  }
};

// Calls work(first element, Whole or Some).
template <class Work>
void by_elements(std::int64_t n, Work work) {
  std::int64_t i = 0;
  for (; i + Floats::lanes <= n; i += Floats::lanes) work(i, Whole{});
  if (i < n) work(i, Some{n - i});
}

inline double sum_of_lanes(const Floats& a) {
  Float sum = a.v[0];
  for (int i = 1; i < Floats::parts; ++i) sum = sum + a.v[i];
  return total<float>(sum);
}

inline Affine<Floats> repeated(const Affine<float>& c) {
  const auto all = [](float value) { return Floats(static_cast<double>(value)); };
  return {all(c.centre), all(c.scale), all(c.shift)};
}

// Of the identity g is the gradient, whatever u is.
template <class Op>
constexpr bool is_identity = std::string_view(Op::card.name) == "identity";

// g f'(u)
template <class Op>
Floats slope(const Floats& g, const Floats& u, const double* arguments) {
  if constexpr (is_identity<Op>) return g;
  std::array<Floats, 1> saved{u};
  if constexpr (Op::saved == Saved::output) saved = Forward<Op>::template evaluate<Floats>(saved, arguments);
  return chain<Op>(g, partials<Op>(saved, arguments)[0]);
}

template <class Op>
struct NormalisedBy {
  // y = f(u) of each of u = (x - centre) scale + shift
  static Floats value(const Floats& x, const Affine<Floats>& c, const double* arguments) {
    return Forward<Op>::template evaluate<Floats>({multiply_add(x - c.centre, c.scale, c.shift)}, arguments)[0];
  }
  // g f'(u)
  static Floats slope(const Floats& g, const Floats& distance, const Affine<Floats>& c, const double* arguments) {
    return TORCHACTIV_ISA::slope<Op>(g, multiply_add(distance, c.scale, c.shift), arguments);
  }

  [[gnu::flatten]] static void rows_forward(const float* x, float* y, std::int64_t rows, std::int64_t n,
                                            const Affine<float>* channels, const double* arguments) {
    for (std::int64_t row = 0; row < rows; ++row, x += n, y += n)
      by_elements(n, [&](std::int64_t i, auto some) {
        some.store(value(some.load(x + i), repeated(channels[row]), arguments), y + i);
      });
  }

  [[gnu::flatten]] static void rows_sums(const float* g, const float* x, float* s, std::int64_t rows, std::int64_t n,
                                         const Affine<float>* channels, std::array<double, 2>* sums,
                                         const double* arguments) {
    for (std::int64_t row = 0; row < rows; ++row, x += n, g += n) {
      const Affine<Floats> c = repeated(channels[row]);
      Floats slopes(0.0), distances(0.0);
      by_elements(n, [&](std::int64_t i, auto some) {
        const Floats value = some.load(x + i), found = slope(some.load(g + i), value - c.centre, c, arguments);
        if constexpr (!Op::has_cheap_slope) some.store(found, s + row * n + i);
        slopes = slopes + found;
        distances = multiply_add(found, value - c.centre, distances);
      });
      sums[row][0] += sum_of_lanes(slopes);
      sums[row][1] += sum_of_lanes(distances);
    }
  }

  [[gnu::flatten]] static void rows_gradient(const float* g, const float* x, float* dx, std::int64_t rows,
                                             std::int64_t n, const Affine<float>* channels,
                                             const Affine<float>* corrections, const double* arguments) {
    for (std::int64_t row = 0; row < rows; ++row, x += n, g += n, dx += n)
      by_elements(n, [&](std::int64_t i, auto some) {
        some.store(gradient(some.load(g + i), some.load(x + i), repeated(channels[row]), repeated(corrections[row]),
                            arguments),
                   dx + i);
      });
  }

  [[gnu::flatten]] static void columns_forward(const float* x, float* y, std::int64_t rows, std::int64_t stride,
                                               std::int64_t n, Affine<const float*> channels, const double* arguments) {
    by_columns(rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const Affine<Floats> c = loaded(some, channels, i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        some.store(value(some.load(x + at), c, arguments), y + at);
      }
    });
  }

  [[gnu::flatten]] static void columns_sums(const float* g, const float* x, float* s, std::int64_t rows,
                                            std::int64_t stride, std::int64_t n, Affine<const float*> channels,
                                            float* sums, float* distance_sums, const double* arguments) {
    by_columns(rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const Affine<Floats> c = loaded(some, channels, i);
      Floats slopes = some.load(sums + i), distances = some.load(distance_sums + i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        const Floats distance = some.load(x + at) - c.centre, found = slope(some.load(g + at), distance, c, arguments);
        if constexpr (!Op::has_cheap_slope) some.store(found, s + at);
        slopes = slopes + found;
        distances = multiply_add(found, distance, distances);
      }
      some.store(slopes, sums + i);
      some.store(distances, distance_sums + i);
    });
  }

  [[gnu::flatten]] static void columns_gradient(const float* g, const float* x, float* dx, std::int64_t rows,
                                                std::int64_t stride, std::int64_t n, Affine<const float*> channels,
                                                Affine<const float*> corrections, const double* arguments) {
    by_columns(rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const Affine<Floats> c = loaded(some, channels, i), correction = loaded(some, corrections, i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        some.store(gradient(some.load(g + at), some.load(x + at), c, correction, arguments), dx + at);
      }
    });
  }

 private:
  static Floats gradient(const Floats& g, const Floats& x, const Affine<Floats>& c, const Affine<Floats>& correction,
                         const double* arguments) {
    const Floats distance = x - c.centre, rest = multiply_add(distance, -correction.scale, -correction.shift);
    if constexpr (Op::has_cheap_slope)
      return multiply_add(slope(g, distance, c, arguments), c.scale, rest);
    else
      return multiply_add(g, c.scale, rest);
  }

  template <class Elements>
  static Affine<Floats> loaded(const Elements& some, const Affine<const float*>& c, std::int64_t i) {
    return {some.load(c.centre + i), some.load(c.scale + i), some.load(c.shift + i)};
  }

  // Calls work.operator()<count>(row, column, Whole or Some): what belongs to a column is read once for `count` rows.
  template <class Work>
  static void by_columns(std::int64_t rows, std::int64_t n, Work work) {
    constexpr int together = 4;
    std::int64_t row = 0;
    for (; row + together <= rows; row += together)
      by_elements(n, [&](std::int64_t i, auto some) { work.template operator()<together>(row, i, some); });
    for (; row < rows; ++row)
      by_elements(n, [&](std::int64_t i, auto some) { work.template operator()<1>(row, i, some); });
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
