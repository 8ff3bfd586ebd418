// Normalisation by channels in one loop with the activation behind it, for those that networks have there. For all
// others csrc/kernels/normalisation.cpp calls the activation's kernels block by block.
#pragma once

#include "csrc/kernels/fused_directions.h"
#include "csrc/kernels/normalisation.h"
#include "csrc/kernels/normalisation_block.h"

namespace torchactiv::TORCHACTIV_ISA {

// What they are computed in: u has been rounded before f is asked for, so that the last bits of f(u), for which Floats
// would carry pairs of floats, mean little. Values are within 3 ulp of f(u), or in gelu's left tail of f at half an ulp
// from u, and slopes within 2^-22.
using RoundedFloats = ShortFloats;

// Elements side by side: as many as RoundedFloats has, or fewer, behind which are zeros. read() is load() of data,
// which may come from memory, and what is put goes past the caches where it may.
struct Whole {
  static RoundedFloats load(const float* p) { return RoundedFloats::load(p); }
  static RoundedFloats read(const float* p) {
    touch_lines(p, RoundedFloats::lanes * sizeof *p);
    return load(p);
  }
  static void store(const RoundedFloats& a, float* p) { a.store(p); }
  static void put(bool streams, const RoundedFloats& a, float* p) { streams ? a.stream(p) : a.store(p); }
};
struct Some {
  std::int64_t count;
  void put(bool, const RoundedFloats& a, float* p) const { store(a, p); }
  RoundedFloats read(const float* p) const { return load(p); }
  RoundedFloats load(const float* p) const {
    return RoundedFloats::from([&](int i) {
      const std::int64_t n = count - i * Float::lanes;
      if (n <= 0) return Float(0.0);
      return n >= Float::lanes ? Float::load(p + i * Float::lanes) : Float::load_some(p + i * Float::lanes, n);
    });
  }
  void store(const RoundedFloats& a, float* p) const {
    for (int i = 0; i < RoundedFloats::parts && i * Float::lanes < count; ++i) {
      const std::int64_t n = count - i * Float::lanes;
      n >= Float::lanes ? a.v[i].store(p + i * Float::lanes) : a.v[i].store_some(p + i * Float::lanes, n);
    }
  }
};

// Calls work(first element, Whole or Some).
template <class Work>
void by_elements(std::int64_t n, Work work) {
  std::int64_t i = 0;
  for (; i + RoundedFloats::lanes <= n; i += RoundedFloats::lanes) work(i, Whole{});
  if (i < n) work(i, Some{n - i});
}

inline double sum_of_lanes(const RoundedFloats& a) {
  Float sum = a.v[0];
  for (int i = 1; i < RoundedFloats::parts; ++i) sum = sum + a.v[i];
  return total<float>(sum);
}

inline RoundedFloats repeated(float value) { return RoundedFloats(static_cast<double>(value)); }
inline Affine<RoundedFloats> repeated(const Affine<float>& c) {
  return {repeated(c.centre), repeated(c.scale), repeated(c.shift)};
}
inline Correction<RoundedFloats> repeated(const Correction<float>& c) {
  return {repeated(c.centre), repeated(c.slope), repeated(c.shift), repeated(c.scale)};
}

// Of the identity g is the gradient, whatever u is.
template <class Op>
constexpr bool is_identity = std::string_view(Op::card.name) == "identity";

// g f'(u)
template <class Op>
RoundedFloats slope(const RoundedFloats& g, const RoundedFloats& u, const double* arguments) {
  if constexpr (is_identity<Op>) return g;
  std::array<RoundedFloats, 1> saved{u};
  if constexpr (Op::saved == Saved::output) saved = Forward<Op>::template evaluate<RoundedFloats>(saved, arguments);
  return chain<Op>(g, partials<Op>(saved, arguments)[0]);
}

template <class Op>
struct NormalisedBy {
  // y = f(u) of each of u = (x - centre) scale + shift
  static RoundedFloats value(const RoundedFloats& x, const Affine<RoundedFloats>& c, const double* arguments) {
    return Forward<Op>::template evaluate<RoundedFloats>({multiply_add(x - c.centre, c.scale, c.shift)}, arguments)[0];
  }
  // g f'(u)
  static RoundedFloats slope(const RoundedFloats& g, const RoundedFloats& distance, const Affine<RoundedFloats>& c,
                             const double* arguments) {
    return TORCHACTIV_ISA::slope<Op>(g, multiply_add(distance, c.scale, c.shift), arguments);
  }

  [[gnu::flatten]] static void values(float* u, std::int64_t n, const double* arguments) {
    by_elements(n, [&](std::int64_t i, auto some) {
      some.store(Forward<Op>::template evaluate<RoundedFloats>({some.load(u + i)}, arguments)[0], u + i);
    });
  }

  [[gnu::flatten]] static void slopes(const float* g, float* u, std::int64_t n, const double* arguments) {
    by_elements(n, [&](std::int64_t i, auto some) {
      some.store(TORCHACTIV_ISA::slope<Op>(some.read(g + i), some.load(u + i), arguments), u + i);
    });
  }

  [[gnu::flatten]] static void rows_forward(const float* x, float* y, std::int64_t rows, std::int64_t n,
                                            const Affine<float>* channels, const double* arguments, bool streams) {
    streams = may_stream(streams, y, n);
    for (std::int64_t row = 0; row < rows; ++row, x += n, y += n) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      by_elements(n,
                  [&](std::int64_t i, auto some) { some.put(streams, value(some.read(x + i), c, arguments), y + i); });
    }
    if (streams) end_streams();
  }

  [[gnu::flatten]] static void rows_sums(const float* g, const float* x, float* s, std::int64_t rows, std::int64_t n,
                                         const Affine<float>* channels, std::array<double, 2>* sums,
                                         const double* arguments) {
    for (std::int64_t row = 0; row < rows; ++row, x += n, g += n) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      RoundedFloats slopes(0.0), distances(0.0);
      by_elements(n, [&](std::int64_t i, auto some) {
        const RoundedFloats value = some.read(x + i), found = slope(some.read(g + i), value - c.centre, c, arguments);
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
                                             const Correction<float>* corrections, const double* arguments,
                                             bool streams) {
    streams = may_stream(streams, dx, n);
    for (std::int64_t row = 0; row < rows; ++row, x += n, g += n, dx += n) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      const Correction<RoundedFloats> correction = repeated(corrections[row]);
      by_elements(n, [&](std::int64_t i, auto some) {
        some.put(streams, gradient(some.read(g + i), some.read(x + i), c, correction, arguments), dx + i);
      });
    }
    if (streams) end_streams();
  }

  [[gnu::flatten]] static void columns_forward(const float* x, float* y, std::int64_t rows, std::int64_t stride,
                                               std::int64_t n, Affine<const float*> channels, const double* arguments,
                                               bool streams) {
    const bool single = streams;
    streams = streams && can_stream(y, stride);  // channels that are side by side wait for memory, whatever f is
    by_columns(single, rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const Affine<RoundedFloats> c = loaded(some, channels, i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        some.put(streams, value(some.read(x + at), c, arguments), y + at);
      }
    });
    if (streams) end_streams();
  }

  // `from_output`: given y in the place of x, and the affine map from u back to x - centre.
  template <bool from_output>
  [[gnu::flatten]] static void columns_sums(const float* g, const float* x, float* s, std::int64_t rows,
                                            std::int64_t stride, std::int64_t n, Affine<const float*> channels,
                                            float* sums, float* distance_sums, const double* arguments) {
    by_columns(false, rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const Affine<RoundedFloats> c = loaded(some, channels, i);
      RoundedFloats slopes = some.load(sums + i), distances = some.load(distance_sums + i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        const auto [distance, u] = distance_and_u<from_output>(some.read(x + at), c, arguments);
        const RoundedFloats found = TORCHACTIV_ISA::slope<Op>(some.read(g + at), u, arguments);
        if constexpr (!Op::has_cheap_slope) some.store(found, s + at);
        slopes = slopes + found;
        distances = multiply_add(found, distance, distances);
      }
      some.store(slopes, sums + i);
      some.store(distances, distance_sums + i);
    });
  }

  template <bool from_output>
  [[gnu::flatten]] static void columns_gradient(const float* g, const float* x, float* dx, std::int64_t rows,
                                                std::int64_t stride, std::int64_t n, Affine<const float*> channels,
                                                Correction<const float*> corrections, const double* arguments,
                                                bool streams) {
    const bool single = streams && Op::has_cheap_slope;
    streams = may_stream(streams, dx, stride);
    by_columns(single, rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const Affine<RoundedFloats> c = loaded(some, channels, i);
      const Correction<RoundedFloats> correction{c.centre, some.load(corrections.slope + i),
                                                 some.load(corrections.shift + i), some.load(corrections.scale + i)};
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        const RoundedFloats found =
            gradient<from_output>(some.read(g + at), some.read(x + at), c, correction, arguments);
        some.put(streams, found, dx + at);
      }
    });
    if (streams) end_streams();
  }

 private:
  // What takes longer to calculate does not wait for its stores.
  static bool may_stream(bool streams, const float* p, std::int64_t stride) {
    return Op::has_cheap_slope && streams && can_stream(p, stride);
  }
  // To rows that are `stride` elements behind each other.
  static bool can_stream(const float* p, std::int64_t stride) {
    const std::uintptr_t rows = reinterpret_cast<std::uintptr_t>(p) | static_cast<std::uintptr_t>(stride) * sizeof *p;
    return has_streams && rows % sizeof(Float) == 0;
  }

  template <bool from_output>
  static std::pair<RoundedFloats, RoundedFloats> distance_and_u(const RoundedFloats& x, const Affine<RoundedFloats>& c,
                                                                const double* arguments) {
    if constexpr (from_output) {
      const RoundedFloats u = Inverse<Op>::template evaluate<RoundedFloats>({x}, arguments)[0];
      return {multiply_add(u - c.centre, c.scale, c.shift), u};
    } else {
      const RoundedFloats distance = x - c.centre;
      return {distance, multiply_add(distance, c.scale, c.shift)};
    }
  }

  template <bool from_output = false>
  static RoundedFloats gradient(const RoundedFloats& g, const RoundedFloats& x, const Affine<RoundedFloats>& c,
                                const Correction<RoundedFloats>& correction, const double* arguments) {
    const auto [distance, u] = distance_and_u<from_output>(x, c, arguments);
    const RoundedFloats owed = multiply_add(distance, correction.slope, correction.shift);
    RoundedFloats s = g;
    if constexpr (Op::has_cheap_slope) s = TORCHACTIV_ISA::slope<Op>(g, u, arguments);
    return multiply_add(owed, -correction.scale, s * (from_output ? correction.scale : c.scale));
  }

  template <class Elements>
  static Affine<RoundedFloats> loaded(const Elements& some, const Affine<const float*>& c, std::int64_t i) {
    return {some.load(c.centre + i), some.load(c.scale + i), some.load(c.shift + i)};
  }

  // Calls work.operator()<count>(row, column, Whole or Some): what belongs to a column is read once for `count` rows.
  // Single rows where stores stream: into four rows at a time, whose addresses often are the same but for the page, a
  // loop takes two to three times as long.
  template <class Work>
  static void by_columns(bool single, std::int64_t rows, std::int64_t n, Work work) {
    constexpr int together = 4;
    std::int64_t row = 0;
    for (; !single && row + together <= rows; row += together)
      by_elements(n, [&](std::int64_t i, auto some) { work.template operator()<together>(row, i, some); });
    for (; row < rows; ++row)
      by_elements(n, [&](std::int64_t i, auto some) { work.template operator()<1>(row, i, some); });
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
