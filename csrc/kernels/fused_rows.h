// Normalisation of rows of elements, each of one channel, in one loop with the activation behind it.
#pragma once

#include "csrc/kernels/fused_normalisation.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Op>
struct RowsNormalisedBy {
  [[gnu::flatten]] static void values(float* u, std::int64_t n, const double* arguments) {
    by_elements(n, [&](std::int64_t i, auto some) { some.store(value<Op>(some.load(u + i), arguments), u + i); });
  }

  [[gnu::flatten]] static void slopes(const float* g, float* u, std::int64_t n, const double* arguments) {
    by_elements(n, [&](std::int64_t i, auto some) {
      some.store(slope<Op>(some.read(g + i), some.load(u + i), arguments), u + i);
    });
  }

  static void forward(const float* x, const float* r, float* y, std::int64_t rows, std::int64_t n,
                      const Affine<float>* channels, const double* arguments, bool streams) {
    (r ? forward_of<true> : forward_of<false>)(x, r, y, rows, n, channels, arguments, streams);
  }
  static void sums(const float* g, const float* x, const float* r, float* s, std::int64_t rows, std::int64_t n,
                   const Affine<float>* channels, std::array<double, 2>* sums, const double* arguments) {
    (r ? sums_of<true> : sums_of<false>)(g, x, r, s, rows, n, channels, sums, arguments);
  }

  template <bool of_slope>
  [[gnu::flatten]] static void gradient(const float* g, const float* x, float* dx, std::int64_t rows, std::int64_t n,
                                        const Affine<float>* channels, const Correction<float>* corrections,
                                        const double* arguments, bool streams) {
    streams = may_stream<Op>(streams, dx, n);
    for (std::int64_t row = 0; row < rows; ++row, x += n, g += n, dx += n) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      const Correction<RoundedFloats> correction = repeated(corrections[row]);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        using V = typename Elements::Vector;
        const Affine<V> own = leading<V>(c);
        const auto found = distance_and_u<Op, false, false>(some, x + i, nullptr, own, arguments);
        some.put(streams,
                 gradient_of_input<Op, of_slope>(some.read(g + i), found, own.scale, leading<V>(correction), arguments),
                 dx + i);
      });
    }
    if (streams) end_streams();
  }

 private:
  // y = f(u) of each of u = (x - centre) scale + shift, to which r is added if it `adds`
  template <bool adds>
  [[gnu::flatten]] static void forward_of(const float* x, const float* r, float* y, std::int64_t rows, std::int64_t n,
                                          const Affine<float>* channels, const double* arguments, bool streams) {
    streams = may_stream<Op>(streams, y, n);
    for (std::int64_t row = 0; row < rows; ++row) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        const auto own = leading<typename Elements::Vector>(c);
        const std::int64_t at = row * n + i;
        const auto u = distance_and_u<Op, false, adds>(some, x + at, adds ? r + at : nullptr, own, arguments).second;
        some.put(streams, value<Op>(u, arguments), y + at);
      });
    }
    if (streams) end_streams();
  }

  template <bool adds>
  [[gnu::flatten]] static void sums_of(const float* g, const float* x, const float* r, float* s, std::int64_t rows,
                                       std::int64_t n, const Affine<float>* channels, std::array<double, 2>* sums,
                                       const double* arguments) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      RoundedFloats slopes(0.0), distances(0.0);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        using V = typename Elements::Vector;
        const std::int64_t at = row * n + i;
        const auto [distance, u] =
            distance_and_u<Op, false, adds>(some, x + at, adds ? r + at : nullptr, leading<V>(c), arguments);
        const V found = slope<Op>(some.read(g + at), u, arguments);
        if constexpr (keeps_slope<Op> || adds) some.store(found, s + at);
        replace_leading(slopes, leading<V>(slopes) + found);
        replace_leading(distances, multiply_add(found, distance, leading<V>(distances)));
      });
      sums[row][0] += sum_of_lanes(slopes);
      sums[row][1] += sum_of_lanes(distances);
    }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
