// Normalisation by channels in one loop with the activation behind it, for those that networks have there. For all
// others csrc/kernels/normalisation.cpp calls the activation's kernels block by block.
#pragma once

#include "csrc/kernels/normalisation.h"
#include "csrc/kernels/rounded_vectors.h"

namespace torchactiv::TORCHACTIV_ISA {

// Of the identity g is the gradient, whatever u is.
template <class Op>
constexpr bool is_identity = std::string_view(Op::card.name) == "identity";

// g f'(u)
template <class Op, class V>
V slope(const V& g, const V& u, const double* arguments) {
  if constexpr (is_identity<Op>) return g;
  std::array<V, 1> saved{u};
  if constexpr (Op::saved == Saved::output) saved = Forward<Op>::template evaluate<V>(saved, arguments);
  return chain<Op>(g, partials<Op>(saved, arguments)[0]);
}

template <class Op>
struct NormalisedBy {
  [[gnu::flatten]] static void values(float* u, std::int64_t n, const double* arguments) {
    by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
      using V = typename Elements::Vector;
      some.store(Forward<Op>::template evaluate<V>({some.load(u + i)}, arguments)[0], u + i);
    });
  }

  [[gnu::flatten]] static void slopes(const float* g, float* u, std::int64_t n, const double* arguments) {
    by_elements(n, [&](std::int64_t i, auto some) {
      some.store(TORCHACTIV_ISA::slope<Op>(some.read(g + i), some.load(u + i), arguments), u + i);
    });
  }

  static void rows_forward(const float* x, const float* r, float* y, std::int64_t rows, std::int64_t n,
                           const Affine<float>* channels, const double* arguments, bool streams) {
    (r ? rows_forward_of<true> : rows_forward_of<false>)(x, r, y, rows, n, channels, arguments, streams);
  }
  static void rows_sums(const float* g, const float* x, const float* r, float* s, std::int64_t rows, std::int64_t n,
                        const Affine<float>* channels, std::array<double, 2>* sums, const double* arguments) {
    (r ? rows_sums_of<true> : rows_sums_of<false>)(g, x, r, s, rows, n, channels, sums, arguments);
  }

  template <bool of_slope>
  [[gnu::flatten]] static void rows_gradient(const float* g, const float* x, float* dx, std::int64_t rows,
                                             std::int64_t n, const Affine<float>* channels,
                                             const Correction<float>* corrections, const double* arguments,
                                             bool streams) {
    streams = may_stream(streams, dx, n);
    for (std::int64_t row = 0; row < rows; ++row, x += n, g += n, dx += n) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      const Correction<RoundedFloats> correction = repeated(corrections[row]);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        using V = typename Elements::Vector;
        const Affine<V> own = leading<V>(c);
        const auto at = distance_and_u<false, false>(some, x + i, nullptr, own, arguments);
        some.put(streams, gradient<of_slope>(some.read(g + i), at, own.scale, leading<V>(correction), arguments),
                 dx + i);
      });
    }
    if (streams) end_streams();
  }

  static void columns_forward(const float* x, const float* r, float* y, std::int64_t rows, std::int64_t stride,
                              std::int64_t n, Affine<const float*> channels, const double* arguments, bool streams) {
    (r ? columns_forward_of<true> : columns_forward_of<false>)(x, r, y, rows, stride, n, channels, arguments, streams);
  }
  // `from_output`: given y in the place of x, and the affine map from u back to x - centre.
  template <bool from_output>
  static void columns_sums(const float* g, const float* x, const float* r, float* s, std::int64_t rows,
                           std::int64_t stride, std::int64_t n, Affine<const float*> channels, float* sums,
                           float* distance_sums, const double* arguments, bool from_memory) {
    (r ? columns_sums_of<from_output, true> : columns_sums_of<from_output, false>)(g, x, r, s, rows, stride, n,
                                                                                   channels, sums, distance_sums,
                                                                                   arguments, from_memory);
  }

  template <bool from_output, bool of_slope>
  [[gnu::flatten]] static void columns_gradient(const float* g, const float* x, const float* r, float* dx,
                                                std::int64_t rows, std::int64_t stride, std::int64_t n,
                                                Affine<const float*> channels, Correction<const float*> corrections,
                                                const double* arguments, bool streams) {
    constexpr bool adds = from_output && of_slope;
    const bool single = takes_single_rows(streams, n);
    streams = may_stream(streams, dx, stride);
    by_columns(single, rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const auto c = loaded(some, channels, i);
      const Correction<std::remove_cv_t<decltype(c.centre)>> correction{c.centre, some.load(corrections.slope + i),
                                                                        some.load(corrections.shift + i),
                                                                        some.load(corrections.scale + i)};
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        const auto found = distance_and_u<from_output, adds>(some, x + at, adds ? r + at : nullptr, c, arguments);
        const auto scale = from_output ? correction.scale : c.scale;
        some.put(streams, gradient<of_slope>(some.read(g + at), found, scale, correction, arguments), dx + at);
      }
    });
    if (streams) end_streams();
  }

 private:
  // y = f(u) of each of u = (x - centre) scale + shift, to which r is added if it `adds`
  template <bool adds>
  [[gnu::flatten]] static void rows_forward_of(const float* x, const float* r, float* y, std::int64_t rows,
                                               std::int64_t n, const Affine<float>* channels, const double* arguments,
                                               bool streams) {
    streams = may_stream(streams, y, n);
    for (std::int64_t row = 0; row < rows; ++row) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        using V = typename Elements::Vector;
        const std::int64_t at = row * n + i;
        const V u = distance_and_u<false, adds>(some, x + at, adds ? r + at : nullptr, leading<V>(c), arguments).second;
        some.put(streams, Forward<Op>::template evaluate<V>({u}, arguments)[0], y + at);
      });
    }
    if (streams) end_streams();
  }

  template <bool adds>
  [[gnu::flatten]] static void rows_sums_of(const float* g, const float* x, const float* r, float* s, std::int64_t rows,
                                            std::int64_t n, const Affine<float>* channels, std::array<double, 2>* sums,
                                            const double* arguments) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      RoundedFloats slopes(0.0), distances(0.0);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        using V = typename Elements::Vector;
        const std::int64_t at = row * n + i;
        const auto [distance, u] =
            distance_and_u<false, adds>(some, x + at, adds ? r + at : nullptr, leading<V>(c), arguments);
        const V found = slope<Op>(some.read(g + at), u, arguments);
        if constexpr (keeps_slope || adds) some.store(found, s + at);
        replace_leading(slopes, leading<V>(slopes) + found);
        replace_leading(distances, multiply_add(found, distance, leading<V>(distances)));
      });
      sums[row][0] += sum_of_lanes(slopes);
      sums[row][1] += sum_of_lanes(distances);
    }
  }

  template <bool adds>
  [[gnu::flatten]] static void columns_forward_of(const float* x, const float* r, float* y, std::int64_t rows,
                                                  std::int64_t stride, std::int64_t n, Affine<const float*> channels,
                                                  const double* arguments, bool streams) {
    const bool single = takes_single_rows(streams, n);
    streams = streams && can_stream(y, stride);  // channels that are side by side wait for memory, whatever f is
    by_columns(single, rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const auto c = loaded(some, channels, i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        const auto u = distance_and_u<false, adds>(some, x + at, adds ? r + at : nullptr, c, arguments).second;
        some.put(streams, Forward<Op>::template evaluate<std::remove_cv_t<decltype(u)>>({u}, arguments)[0], y + at);
      }
    });
    if (streams) end_streams();
  }

  template <bool from_output, bool adds>
  [[gnu::flatten]] static void columns_sums_of(const float* g, const float* x, const float* r, float* s,
                                               std::int64_t rows, std::int64_t stride, std::int64_t n,
                                               Affine<const float*> channels, float* sums, float* distance_sums,
                                               const double* arguments, bool from_memory) {
    const bool single = takes_single_rows(from_memory, n), streams = single && can_stream(s, stride);
    by_columns(single, rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const auto c = loaded(some, channels, i);
      auto slopes = some.load(sums + i), distances = some.load(distance_sums + i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        const auto [distance, u] =
            distance_and_u<from_output, adds>(some, x + at, adds ? r + at : nullptr, c, arguments);
        const auto found = slope<Op>(some.read(g + at), u, arguments);
        if constexpr (keeps_slope || adds) some.put(streams, found, s + at);
        slopes = slopes + found;
        distances = multiply_add(found, distance, distances);
      }
      some.store(slopes, sums + i);
      some.store(distances, distance_sums + i);
    });
    if (streams) end_streams();
  }

  static constexpr bool keeps_slope = !Op::has_cheap_slope;

  // What takes longer to calculate does not wait for its stores.
  static bool may_stream(bool streams, const float* p, std::int64_t stride) {
    return Op::has_cheap_slope && streams && can_stream(p, stride);
  }

  // x - centre, and u, of what lies at x and r.
  template <bool from_output, bool adds, class Elements, class V>
  static std::pair<V, V> distance_and_u(const Elements& some, const float* x, const float* r, const Affine<V>& c,
                                        const double* arguments) {
    if constexpr (from_output) {
      const V u = Inverse<Op>::template evaluate<V>({some.read(x)}, arguments)[0];
      V normalised = u;
      if constexpr (adds) normalised = u - some.read(r);
      return {multiply_add(normalised - c.centre, c.scale, c.shift), u};
    } else {
      const V distance = some.read(x) - c.centre;
      V u = multiply_add(distance, c.scale, c.shift);
      if constexpr (adds) u = u + some.read(r);
      return {distance, u};
    }
  }

  template <bool of_slope, class V>
  static V gradient(const V& g, const std::pair<V, V>& distance_and_u, const V& scale, const Correction<V>& correction,
                    const double* arguments) {
    const V owed = multiply_add(distance_and_u.first, correction.slope, correction.shift);
    V s = g;
    if constexpr (!of_slope) s = slope<Op>(g, distance_and_u.second, arguments);
    return multiply_add(owed, -correction.scale, s * scale);
  }

  template <class Elements>
  static Affine<typename Elements::Vector> loaded(const Elements& some, const Affine<const float*>& c, std::int64_t i) {
    return {some.load(c.centre + i), some.load(c.scale + i), some.load(c.shift + i)};
  }

  static bool takes_single_rows(bool from_memory, std::int64_t n) {
    return from_memory && n <= NormalisationFunctions::most_of_single_rows;
  }
  // Calls work.operator()<count>(row, column, Full or Some): what belongs to a column is read once for `count` rows.
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
